import { catchError, defer, EMPTY, lastValueFrom, type Observable, type ObservableInput, takeUntil } from 'rxjs';
import { timeouts } from '../operators/timeouts.ts';
import { transportFailure } from '../rules/failures/transportFailure.ts';
import type { Config } from './config.ts';

/** Opens a connection for a future request, if the transport supports that. */
export function connect(config: Config, closed$: Observable<never>): Promise<void> {
  const { transport, scheduler } = config;
  const opened$ = defer((): ObservableInput<void> => transport.connect?.() ?? EMPTY).pipe(
    catchError((error: unknown) => {
      throw transportFailure(error, false);
    }),
  );
  return lastValueFrom(opened$.pipe(timeouts({ connect: config.timeouts.connect, scheduler }), takeUntil(closed$)), {
    defaultValue: undefined,
  });
}
