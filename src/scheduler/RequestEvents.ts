import { type Observable, type SchedulerLike, Subject } from 'rxjs';
import { isGroqError } from '../errors/GroqError.ts';
import { isRateLimitError } from '../errors/guards.ts';
import type { GroqEvent, GroqEventDetail } from '../model/GroqEvent.ts';
import type { RetryInfo } from '../operators/retryWithBackoff.ts';
import type { Attempt, Call } from './Attempt.ts';

/** The request that an event is about. */
export interface About extends Pick<Attempt, 'seq' | 'model' | 'tenant'> {
  readonly call: Pick<Call<unknown>, 'tag'>;
}

/** Emits what happens to requests, at no cost while there are no subscribers. */
export class RequestEvents {
  readonly #scheduler: SchedulerLike;
  readonly #events = new Subject<GroqEvent>();

  constructor(scheduler: SchedulerLike) {
    this.#scheduler = scheduler;
  }

  get events$(): Observable<GroqEvent> {
    return this.#events.asObservable();
  }

  get observed(): boolean {
    return this.#events.observed;
  }

  tell({ seq, model, tenant, call }: About, detail: GroqEventDetail): void {
    if (!this.observed) return;
    this.#events.next({ ...detail, seq, model, tenant, tag: call.tag, at: this.#scheduler.now() });
  }

  /** There will be no more events. */
  complete(): void {
    this.#events.complete();
  }

  retrying(about: About, { error, delay }: RetryInfo): void {
    if (isRateLimitError(error)) this.tell(about, { type: 'rate-limited', dimension: error.dimension });
    else this.tell(about, { type: 'retrying', code: codeOf(error), delay });
  }

  failed(about: About, error: unknown): void {
    this.tell(about, { type: 'failed', code: codeOf(error) });
  }
}

const codeOf = (error: unknown): string => (isGroqError(error) ? error.code : 'UNKNOWN');
