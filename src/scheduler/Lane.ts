import {
  catchError,
  defaultIfEmpty,
  map,
  type Observable,
  of,
  type SchedulerLike,
  Subject,
  tap,
  type Unsubscribable,
} from 'rxjs';
import type { GroqError } from '../errors/GroqError.ts';
import type { Backlog, Overflow } from '../model/Backlog.ts';
import type { BucketLevel } from '../model/Limits.ts';
import type { ModelId } from '../model/Models.ts';
import type { ModelStatus, WaitingRequest } from '../model/Status.ts';
import { changesOf } from '../operators/internal/guardedStore.ts';
import { type PrioritizeConfig, prioritize } from '../operators/prioritize.ts';
import { type Answering, send } from '../operators/send.ts';
import { throttleByBucket } from '../operators/throttleByBucket.ts';
import { timing } from '../operators/timeouts.ts';
import type { Random } from '../ports/clock.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import type { Transport } from '../ports/Transport.ts';
import { knownStart, outlook } from '../rules/queue/outlook.ts';
import type { Attempt } from './Attempt.ts';
import { levelsInTime } from './levelsInTime.ts';
import { OutlookReporter } from './OutlookReporter.ts';

/** How many waiting requests a status shows: more than anybody looks at, and few enough to predict their starts often. */
const SHOWN = 100;

/** The dependencies of a lane, and its listener. */
export interface LaneConfig {
  readonly store: LimitStore;
  readonly transport: Transport;
  readonly scheduler: SchedulerLike;
  readonly random: Random;
  readonly slack?: PrioritizeConfig['slack'];
  /** The maximum number of requests in flight. */
  readonly inFlight: number;
  /** The maximum number of waiting requests, and which one leaves when it is exceeded. */
  readonly maxQueued?: number | undefined;
  readonly overflow?: Overflow | undefined;
  /** An attempt leaves the queue. */
  readonly admitted: (attempt: Attempt) => void;
  /** Something has changed in the lane's status. */
  readonly changed: () => void;
}

/**
 * The pipe for the requests to one model. It only holds pending requests: usage is kept by the store, so a lane can be
 * opened and retired at any time.
 */
export class Lane {
  /** Whether it accepts no more requests. */
  closed = false;
  readonly #model: ModelId;
  readonly #config: LaneConfig;
  readonly #attempts = new Subject<Attempt>();
  readonly #outlooks: OutlookReporter;
  readonly #watching: Unsubscribable;
  #backlog: Backlog<Attempt> | undefined;
  /** The number of requests that may return for a retry. */
  #users = 0;
  /** The number of attempts in flight. */
  #underWay = 0;
  /** The error that has ended the pipe. */
  #failure: unknown;

  constructor(model: ModelId, config: LaneConfig) {
    const { store, transport, scheduler, random, slack, inFlight, maxQueued, overflow } = config;
    const refuse = ({ lifetime }: Attempt, error: GroqError): void => {
      lifetime.error(error);
    };
    this.#model = model;
    this.#config = config;
    this.#outlooks = new OutlookReporter({ store, key: model, scheduler, isFull: () => this.#isFull() });
    this.#watching = changesOf(store, model).subscribe({
      next: () => {
        this.changed();
      },
      // A store whose `changes` have failed still shows its levels.
      error: () => undefined,
    });
    this.#attempts
      .pipe(
        prioritize({ slack, maxQueued, overflow, refuse, scheduler }),
        tap((backlog) => {
          this.#backlog = backlog;
          this.changed();
        }),
        throttleByBucket<Attempt>({ store, inFlight, scheduler, random, refuse }),
        send<Attempt, unknown>({
          transport,
          request: ({ call }) => call.wire(),
          read: ({ call }, meter) => call.read(meter),
          usage: ({ call }) => call.usage,
          used: (usage, { call }) => call.used?.(usage),
          meter: (attempt) => attempt.call.meter?.(attempt),
        }),
      )
      .subscribe({
        next: (answer) => {
          this.#deliver(answer);
        },
        // The pipe should never fail. If it does, its requests must not wait forever.
        error: (error: unknown) => {
          this.closed = true;
          this.#failure = error;
          this.#watching.unsubscribe();
          for (const { job } of [...(this.#backlog ?? [])]) job.lifetime.error(error);
        },
      });
  }

  /** Whether no request may return to it. */
  get idle(): boolean {
    return this.#users === 0;
  }

  /** Adds a request, which may return for retries. */
  enter(): void {
    this.#users += 1;
  }

  /** Removes a request that does not return. */
  leave(): void {
    this.#users -= 1;
    this.changed();
  }

  next(attempt: Attempt): void {
    // It has failed while it was opened.
    if (this.closed) {
      attempt.lifetime.error(this.#failure);
      return;
    }
    if (attempt.call.lifecycle) this.#outlooks.add(attempt);
    this.#attempts.next(attempt);
  }

  /** Something has changed in the lane's status, which affects predictions. */
  changed(): void {
    this.#config.changed();
    if (this.#backlog !== undefined) this.#outlooks.renew(this.#backlog);
  }

  /** Releases the lane's subscriptions. No request may be pending. */
  retire(): void {
    this.#watching.unsubscribe();
    this.#attempts.complete();
  }

  status(): Observable<ModelStatus> {
    return levelsInTime(this.#config, this.#model).pipe(
      defaultIfEmpty([]),
      // A store that cannot show its levels now is asked again after the next change.
      catchError(() => of([])),
      map((buckets) => {
        const waiting = this.#backlog?.waiting ?? { high: 0, normal: 0, low: 0, background: 0 };
        const next = this.#next(buckets);
        const startsInMs = next[0]?.startsInMs;
        return {
          model: this.#model,
          waiting,
          next,
          inFlight: this.#underWay,
          buckets,
          ...(startsInMs !== undefined && { nextStartsInMs: startsInMs }),
        };
      }),
    );
  }

  /** The requests that start next, and when, if that is known. */
  #next(buckets: readonly BucketLevel[]): WaitingRequest[] {
    const next: WaitingRequest[] = [];
    if (this.#backlog === undefined) return next;
    const isFull = this.#isFull();
    for (const { ticket, startsInMs } of outlook(this.#backlog, buckets)) {
      const { seq, priority, tenant, call } = ticket.job;
      const start = knownStart(startsInMs, isFull);
      next.push({ seq, priority, tenant, tag: call.tag, ...(start !== undefined && { startsInMs: start }) });
      if (next.length === SHOWN) break;
    }
    return next;
  }

  /** Whether no request starts until another one ends. */
  #isFull(): boolean {
    return this.#underWay >= this.#config.inFlight;
  }

  /** An attempt leaves the queue. */
  #admit(attempt: Attempt): void {
    this.#underWay += 1;
    this.#outlooks.delete(attempt);
    attempt.lifetime.add(() => {
      this.#underWay -= 1;
      this.changed();
    });
    this.#config.admitted(attempt);
    this.changed();
  }

  #deliver(answer: Answering<Attempt, unknown>): void {
    const { scheduler } = this.#config;
    const { lifetime, call, model, by } = answer.job;
    // Before any listener is notified: from now on its place cannot be changed.
    by.answering(answer);
    this.#admit(answer.job);
    // An answer that is not subscribed to gives its grant back.
    if (lifetime.closed) return;
    const { fail } = answer;
    const { isPaused } = call;
    answer.pipe(timing({ ...call.timeouts, isPaused, model, fail, scheduler })).subscribe(lifetime);
  }
}
