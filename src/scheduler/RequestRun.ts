import { Observable, type SchedulerLike, type Subscriber } from 'rxjs';
import { isCancelledError } from '../errors/guards.ts';
import type { Place } from '../model/Place.ts';
import type { StateToken } from '../model/Token.ts';
import type { Usage } from '../model/Usage.ts';
import { type OperateConfig, operate } from '../operators/internal/operate.ts';
import { type RetryHooks, type RetryInfo, retrying } from '../operators/retryWithBackoff.ts';
import type { Random } from '../ports/clock.ts';
import { isState } from '../rules/answer/isState.ts';
import type { RetryBudget } from '../rules/failures/RetryBudget.ts';
import type { Attempt, Attempter, Failing } from './Attempt.ts';
import type { Lane } from './Lane.ts';
import { Moves } from './Moves.ts';
import type { OutstandingRequest } from './Outstanding.ts';
import type { About, RequestEvents } from './RequestEvents.ts';

/** The dependencies that all requests share. */
export interface RunConfig {
  readonly scheduler: SchedulerLike;
  readonly random: Random;
  readonly retryBudget: RetryBudget;
  readonly events: RequestEvents;
  /** Enqueues an attempt. */
  readonly enter: (attempt: Attempt) => void;
  /** A request has ended, however it did. */
  readonly left: () => void;
}

/** A request, without what differs between attempts. */
export type Accepted<T> = Omit<Attempt<T>, 'by' | 'attempt' | 'lifetime'>;

/**
 * One accepted request, as long as it is subscribed to: it makes attempts, removes state tokens unless they were asked
 * for, and reports the end.
 */
export class RequestRun<T>
  implements OperateConfig<T | StateToken, T | StateToken>, RetryHooks<T | StateToken>, Attempter, OutstandingRequest
{
  readonly destination: Subscriber<T | StateToken>;
  /** The subscriber of the attempts. */
  readonly listening: Subscriber<T | StateToken>;
  readonly #job: Accepted<T>;
  readonly #lane: Lane;
  readonly #config: RunConfig;
  /** The number of attempts so far. */
  #attempts = 0;
  /** The changes of its place, if there may be any. */
  #moves: Moves<T> | undefined;
  #usage: Usage | undefined;
  #ended = false;
  /** The pending answer, which can be ended with an error that keeps the part that had arrived. */
  #answer: Failing | undefined;

  constructor(job: Accepted<T>, lane: Lane, config: RunConfig, destination: Subscriber<T | StateToken>) {
    this.destination = destination;
    this.#job = job;
    this.#lane = lane;
    this.#config = config;
    lane.enter();
    this.listening = operate<T | StateToken, T | StateToken>(this);
  }

  /** The request of its events; its tenant may have changed with its place. */
  get #about(): About {
    return this.#moves === undefined ? this.#job : { ...this.#job, tenant: this.#moves.tenant };
  }

  /** Starts the first attempt. */
  start(): void {
    const { scheduler, random } = this.#config;
    const { retry, cancelled$, place$ } = this.#job.call;
    const attempts = new Observable<T | StateToken>((lifetime) => {
      this.#attempt(lifetime);
    });
    if (cancelled$ !== undefined) this.#heed(cancelled$);
    if (place$ !== undefined) this.#follow(place$);
    if (this.listening.closed) return;
    attempts.pipe(retrying({ ...retry, scheduler, random }, this)).subscribe(this.listening);
  }

  /** Ends it with its own error, which keeps the part of the answer that had arrived. */
  fail(error: unknown): void {
    this.#answer?.fail(error);
    // If there is no answer yet, or its error would lead to a retry.
    this.listening.error(error);
  }

  answering(answer: Failing): void {
    this.#answer = answer;
    // Not before: of a batch that is made at once, the saved share would be lost beyond its maximum.
    if (this.#attempts === 1) this.#config.retryBudget.request();
  }

  allowed(delay: number): boolean {
    const { expiresAt = Infinity } = this.#job;
    const now = this.#config.scheduler.now();
    // After a pause that exceeds the queue timeout, the request would only time out.
    return now + delay < expiresAt && this.#config.retryBudget.retry(now);
  }

  retrying(info: RetryInfo, subscriber: Subscriber<T | StateToken>): void {
    this.#config.events.retrying(this.#about, info);
    subscriber.next({ type: 'state', state: 'retrying', startsInMs: info.delay });
    // Last: a listener that changes its place now means the next attempt, and not the one that has just failed.
    this.#answer = undefined;
  }

  next(value: T | StateToken): void {
    const { events } = this.#config;
    if (isState(value)) {
      if (value.state === 'connected') events.tell(this.#about, { type: 'connected' });
      if (!this.#job.call.lifecycle) return;
    } else if (events.observed) this.#usage = this.#job.call.usage(value) ?? this.#usage;
    this.destination.next(value);
  }

  error(error: unknown): void {
    this.#ended = true;
    if (isCancelledError(error)) this.#left();
    else this.#config.events.failed(this.#about, error);
    this.destination.error(error);
  }

  complete(): void {
    this.#ended = true;
    this.#config.events.tell(this.#about, { type: 'finished', usage: this.#usage });
    this.destination.complete();
  }

  finalize(): void {
    if (!this.#ended) this.#left();
    this.#lane.leave();
    this.#config.left();
  }

  /** The usage comes last, so a subscriber that unsubscribes on it, as `firstValueFrom` does, has the whole answer. */
  #left(): void {
    const usage = this.#usage;
    this.#config.events.tell(this.#about, usage === undefined ? { type: 'cancelled' } : { type: 'finished', usage });
  }

  #heed(cancelled$: Observable<unknown>): void {
    const fail = (error: unknown): void => {
      this.fail(error);
    };
    this.listening.add(cancelled$.subscribe({ next: fail, error: fail }));
  }

  #attempt(lifetime: Subscriber<T | StateToken>): void {
    this.#attempts += 1;
    const attempt = { ...this.#job, by: this, attempt: this.#attempts, lifetime };
    if (this.#moves === undefined) this.#config.enter(attempt);
    else this.#moves.enter(attempt);
  }

  #follow(place$: Observable<Place>): void {
    this.#moves = new Moves<T>({
      job: this.#job,
      enter: this.#config.enter,
      isUnderWay: () => this.#answer !== undefined,
      fail: (error) => {
        this.listening.error(error);
      },
    });
    this.listening.add(this.#moves.follow(place$));
  }
}
