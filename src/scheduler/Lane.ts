import { catchError, from, map, type Observable, of, type SchedulerLike, Subject, tap } from 'rxjs';
import type { GroqError } from '../errors/GroqError.ts';
import type { Backlog } from '../model/Backlog.ts';
import type { ModelId } from '../model/ChatRequest.ts';
import type { Slack } from '../model/Priority.ts';
import type { ModelStatus } from '../model/Status.ts';
import { prioritize } from '../operators/prioritize.ts';
import { type Answering, send } from '../operators/send.ts';
import { throttleByBucket } from '../operators/throttleByBucket.ts';
import { timeouts } from '../operators/timeouts.ts';
import type { Random } from '../ports/clock.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import type { Transport } from '../ports/Transport.ts';
import { forecast } from '../rules/forecast.ts';
import type { Attempt } from './Attempt.ts';
import { Expectations } from './Expectations.ts';

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
  readonly overflow?: 'newest' | 'last' | undefined;
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
  /** How many requests may still come back to this lane. Its owner counts them. */
  users = 0;
  readonly #model: ModelId;
  readonly #store: LimitStore;
  readonly #attempts = new Subject<Attempt>();
  readonly #expectations: Expectations;
  readonly #changed: () => void;
  #backlog: Backlog<Attempt> | undefined;
  #inFlight = 0;

  constructor(model: ModelId, config: LaneConfig) {
    const { store, transport, scheduler, random, slack, inFlight, maxQueued, overflow, admitted } = config;
    const refuse = ({ lifetime }: Attempt, error: GroqError): void => {
      lifetime.error(error);
    };
    const changed = (): void => {
      this.changed();
    };
    this.#changed = config.changed;
    this.#model = model;
    this.#store = store;
    this.#expectations = new Expectations(store, model, scheduler);
    this.#attempts
      .pipe(
        prioritize({ slack, maxQueued, overflow, refuse }),
        tap((backlog) => {
          this.#backlog = backlog;
          changed();
        }),
        throttleByBucket<Attempt>({ store, inFlight, scheduler, random, refuse }),
        tap(({ job }) => {
          this.#inFlight += 1;
          this.#expectations.delete(job);
          job.moving?.unsubscribe();
          job.lifetime.add(() => {
            this.#inFlight -= 1;
            changed();
          });
          admitted(job);
          changed();
        }),
        send<Attempt, unknown>({
          transport,
          request: ({ errand }) => errand.wire(),
          read: ({ errand }) => errand.read(),
          usage: (value, { errand }) => errand.usage(value),
          used: (usage, { errand }) => errand.used?.(usage),
          meter: (attempt) => attempt.errand.meter?.(attempt),
        }),
      )
      .subscribe({
        next: (answer) => {
          this.#deliver(answer, scheduler);
        },
        // Nothing in the pipe is meant to fail. If it does, nobody shall wait in it for ever.
        error: (error: unknown) => {
          this.closed = true;
          for (const { job } of [...(this.#backlog ?? [])]) job.lifetime.error(error);
        },
      });
  }

  next(attempt: Attempt): void {
    if (attempt.errand.lifecycle) this.#expectations.add(attempt);
    this.#attempts.next(attempt);
  }

  /** Something has changed that the lane's status shows, and on which expectations depend. */
  changed(): void {
    this.#changed();
    if (this.#backlog !== undefined) this.#expectations.renew(this.#backlog);
  }

  /** Lets go of what the lane listens to. Nothing may be under way. */
  retire(): void {
    this.#attempts.complete();
  }

  status(): Observable<ModelStatus> {
    return from(this.#store.levels(this.#model)).pipe(
      // A store that cannot tell its levels now will when something changes again.
      catchError(() => of([])),
      map((buckets) => {
        const waiting = { high: 0, normal: 0, low: 0, background: 0 };
        for (const { job } of this.#backlog ?? []) waiting[job.priority] += 1;
        const head = this.#backlog?.peek();
        const [nextStartsInMs] = head === undefined ? [] : forecast(buckets, [head.job.cost]);
        return {
          model: this.#model,
          waiting,
          inFlight: this.#inFlight,
          buckets,
          ...(nextStartsInMs !== undefined && { nextStartsInMs }),
        };
      }),
    );
  }

  #deliver(answer: Answering<Attempt, unknown>, scheduler: SchedulerLike): void {
    const { lifetime, errand, model } = answer.job;
    // Not subscribed to, the answer gives its grant back.
    if (lifetime.closed) return;
    const held = errand.held?.bind(errand);
    const fail = (error: unknown): void => answer.fail?.(error);
    answer.pipe(timeouts({ ...errand.timeouts, held, model, fail, scheduler })).subscribe(lifetime);
  }
}
