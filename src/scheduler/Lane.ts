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
import type { Slack } from '../model/Priority.ts';
import type { ModelStatus } from '../model/Status.ts';
import { changesOf, levelsOf } from '../operators/internal/guardedStore.ts';
import { prioritize } from '../operators/prioritize.ts';
import { type Answering, send } from '../operators/send.ts';
import { throttleByBucket } from '../operators/throttleByBucket.ts';
import { timing } from '../operators/timeouts.ts';
import type { Random } from '../ports/clock.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import type { Transport } from '../ports/Transport.ts';
import { Forecast } from '../rules/queue/Forecast.ts';
import type { Attempt } from './Attempt.ts';
import { OutlookReporter } from './OutlookReporter.ts';

/** What a lane works with, and whom it tells. */
export interface LaneConfig {
  readonly store: LimitStore;
  readonly transport: Transport;
  readonly scheduler: SchedulerLike;
  readonly random: Random;
  readonly slack?: Partial<Slack> | undefined;
  /** How many requests of the model may be in flight at a time. */
  readonly inFlight: number;
  /** How many may wait, and who has to leave when one more comes. */
  readonly maxQueued?: number | undefined;
  readonly overflow?: Overflow | undefined;
  /** An attempt leaves the queue. */
  readonly admitted: (attempt: Attempt) => void;
  /** Something has changed that the lane's status shows. */
  readonly changed: () => void;
}

/**
 * The pipe through which the requests to one model go. It keeps nothing but those that are under way: what has been
 * used is the store's, so a lane can be opened and retired at any time.
 */
export class Lane {
  /** Whether it can take no more. */
  closed = false;
  readonly #model: ModelId;
  readonly #config: LaneConfig;
  readonly #attempts = new Subject<Attempt>();
  readonly #outlooks: OutlookReporter;
  readonly #watching: Unsubscribable;
  #backlog: Backlog<Attempt> | undefined;
  /** How many requests may still come back. */
  #users = 0;
  /** How many attempts have left the queue and not ended. */
  #underWay = 0;

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
      // A store that can no longer tell of changes still shows its levels when it is asked.
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
        // Nothing in the pipe is meant to fail. If it does, nobody shall wait in it for ever.
        error: (error: unknown) => {
          this.closed = true;
          for (const { job } of [...(this.#backlog ?? [])]) job.lifetime.error(error);
        },
      });
  }

  /** Whether no request may come back to it. */
  get idle(): boolean {
    return this.#users === 0;
  }

  /** Takes in a request, which may come back as often as it is tried again. */
  enter(): void {
    this.#users += 1;
  }

  /** Lets a request go that does not come back. */
  leave(): void {
    this.#users -= 1;
    this.changed();
  }

  next(attempt: Attempt): void {
    if (attempt.call.lifecycle) this.#outlooks.add(attempt);
    this.#attempts.next(attempt);
  }

  /** Something has changed that the lane's status shows, and on which expectations depend. */
  changed(): void {
    this.#config.changed();
    if (this.#backlog !== undefined) this.#outlooks.renew(this.#backlog);
  }

  /** Lets go of what the lane listens to. Nothing may be under way. */
  retire(): void {
    this.#watching.unsubscribe();
    this.#attempts.complete();
  }

  status(): Observable<ModelStatus> {
    return levelsOf(this.#config.store, this.#model).pipe(
      defaultIfEmpty([]),
      // A store that cannot tell its levels now will when something changes again.
      catchError(() => of([])),
      map((buckets) => {
        const waiting = { high: 0, normal: 0, low: 0, background: 0 };
        for (const { job } of this.#backlog ?? []) waiting[job.priority] += 1;
        const startsInMs = this.#nextStart(buckets);
        return {
          model: this.#model,
          waiting,
          inFlight: this.#underWay,
          buckets,
          ...(startsInMs > 0 && { nextStartsInMs: startsInMs }),
        };
      }),
    );
  }

  /** In how many milliseconds the next one starts, or 0 where none waits or nobody can tell. */
  #nextStart(buckets: readonly BucketLevel[]): number {
    const head = this.#backlog?.peek();
    // What would start now and does not waits for something that levels do not show.
    return head === undefined || this.#isFull() ? 0 : new Forecast(buckets).start(head.job);
  }

  /** Whether nobody starts until somebody ends. */
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
    // Before anybody hears of it: from here on it has no place that could be changed.
    by.answering(answer);
    this.#admit(answer.job);
    // Not subscribed to, the answer gives its grant back.
    if (lifetime.closed) return;
    const { fail } = answer;
    const { isPaused } = call;
    answer.pipe(timing({ ...call.timeouts, isPaused, model, fail, scheduler })).subscribe(lifetime);
  }
}
