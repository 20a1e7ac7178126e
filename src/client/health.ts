import { catchError, map, Observable, of } from 'rxjs';
import { type GroqError, isGroqError } from '../errors/GroqError.ts';
import type { Config } from './config.ts';
import { models } from './models.ts';

/** Whether Groq can be reached with this key, and how fast. */
export type Health =
  | { readonly ok: true; readonly latencyMs: number; readonly models: number }
  | { readonly ok: false; readonly latencyMs: number; readonly error: GroqError };

/** Reports whether Groq answers. It never fails: the error is part of the value. */
export function health(config: Config, closed$: Observable<never>): Observable<Health> {
  const { scheduler } = config;
  return new Observable((destination) => {
    const start = scheduler.now();
    const latency = (): number => Math.round(scheduler.now() - start);
    // A health check should not wait until Groq answers again.
    models(config, closed$, 0)
      .pipe(
        map((list): Health => ({ ok: true, latencyMs: latency(), models: list.length })),
        catchError((error: unknown) => {
          if (!isGroqError(error)) throw error;
          return of<Health>({ ok: false, latencyMs: latency(), error });
        }),
      )
      .subscribe(destination);
  });
}
