import { from, type SchedulerLike, type Subscription } from 'rxjs';
import type { GroqError } from '../../errors/GroqError.ts';
import { RequestTooLargeError } from '../../errors/RequestTooLargeError.ts';
import { StoreError } from '../../errors/StoreError.ts';
import { TimeoutError } from '../../errors/TimeoutError.ts';
import type { Backlog, Ticket } from '../../model/Backlog.ts';
import { DIMENSIONS } from '../../model/Dimension.ts';
import type { Job } from '../../model/Job.ts';
import type { BucketLevel, LimitKey } from '../../model/Limits.ts';
import type { LimitStore } from '../../ports/LimitStore.ts';
import { knownStart, outlook } from '../../rules/queue/outlook.ts';
import { levelsNow } from './guardedStore.ts';

/**
 * After a group of queue timeouts the next one is at least this many milliseconds later, per waiting job: predicting
 * their starts takes about a thirtieth of that.
 */
const REST_PER_JOB = 0.02;

/** Receives the jobs that are refused, and why. */
export interface RefusalListener<J extends Job> {
  /** Whether it has unsubscribed, so that nothing is refused any more. */
  readonly closed: boolean;
  refuse(job: J, error: GroqError): void;
  /** A function of the caller has thrown. */
  fail(error: unknown): void;
}

/** The dependencies of {@link Refusals}. */
export interface RefusalsConfig<J extends Job> {
  readonly store: LimitStore;
  readonly key: (job: J) => LimitKey;
  readonly scheduler: SchedulerLike;
}

/** Removes jobs from a backlog that are refused: they have waited too long, cannot fit, or the store has failed. */
export class Refusals<J extends Job> {
  readonly #listener: RefusalListener<J>;
  readonly #config: RefusalsConfig<J>;
  /** Until when no job is refused for having waited too long. */
  #restsUntil = -Infinity;

  constructor(listener: RefusalListener<J>, config: RefusalsConfig<J>) {
    this.#listener = listener;
    this.#config = config;
  }

  /** When the next job will have waited too long, or `Infinity`. */
  nextExpiry(backlog: Backlog<J>): number {
    return Math.max(backlog.soonest()?.job.expiresAt ?? Infinity, this.#restsUntil);
  }

  /**
   * Refuses the jobs that have waited too long.
   *
   * @param isFull Whether no grant is possible until one is settled, so that no start can be predicted.
   */
  expire(backlog: Backlog<J>, isFull: boolean): void {
    if (backlog.soonest() === undefined) return;
    const now = this.#config.scheduler.now();
    if (this.nextExpiry(backlog) > now) return;
    this.#restsUntil = now + Math.floor(backlog.size * REST_PER_JOB);
    let soonest = backlog.soonest();
    let expected: Map<Ticket<J>, number> | undefined;
    while (soonest?.job.expiresAt !== undefined && soonest.job.expiresAt <= now && !this.#listener.closed) {
      const { job } = soonest;
      if (!isFull) expected ??= this.#starts(backlog, this.#config.key(job));
      const wouldStartInMs = knownStart(expected?.get(soonest) ?? 0, isFull);
      backlog.remove(soonest);
      // A clock counts in fractions, of which their difference keeps the noise.
      const allowed = Math.round(soonest.job.expiresAt - job.arrival);
      this.#listener.refuse(job, new TimeoutError('queue', allowed, { model: job.model, wouldStartInMs }));
      soonest = backlog.soonest();
    }
  }

  /** Refuses the jobs whose cost exceeds the buckets of a key. */
  sweep(backlog: Backlog<J>, key: LimitKey): Subscription {
    return from(this.#config.store.levels(key)).subscribe({
      next: (levels) => {
        try {
          this.#refuseAbove(levels, backlog, key);
        } catch (error) {
          this.#listener.fail(error);
        }
      },
      // A store whose `levels` fail still answers for each job when its turn comes.
      error: () => undefined,
    });
  }

  #refuseAbove(levels: readonly BucketLevel[], backlog: Backlog<J>, key: LimitKey): void {
    for (const ticket of [...backlog]) {
      if (this.#config.key(ticket.job) !== key) continue;
      for (const { dimension, limit, atMost = limit } of levels) {
        const cost = ticket.job.cost[DIMENSIONS[dimension].unit];
        if (cost > atMost) this.tooLarge(backlog, ticket, { dimension, cost, limit });
      }
    }
  }

  /** Refuses a job that can never fit, unless it has left. */
  tooLarge(
    backlog: Backlog<J>,
    ticket: Ticket<J>,
    numbers: ConstructorParameters<typeof RequestTooLargeError>[0],
  ): void {
    this.#refuse(backlog, ticket, (model) => new RequestTooLargeError(numbers, { model }));
  }

  /** Refuses a job for which the store has failed, unless it has left. */
  failed(backlog: Backlog<J>, ticket: Ticket<J>, error: unknown): void {
    this.#refuse(backlog, ticket, (model) => new StoreError(error, model));
  }

  #refuse(backlog: Backlog<J>, ticket: Ticket<J>, errorFor: (model: string) => GroqError): void {
    // A store may answer when nobody listens any more.
    if (!ticket.waiting || this.#listener.closed) return;
    const { job } = ticket;
    backlog.remove(ticket);
    this.#listener.refuse(job, errorFor(job.model));
  }

  /** In how many milliseconds waiting jobs should start, if the store shows its levels synchronously. */
  #starts(backlog: Backlog<J>, key: LimitKey): Map<Ticket<J>, number> {
    const expected = new Map<Ticket<J>, number>();
    const levels = levelsNow(this.#config.store, key);
    if (levels === undefined) return expected;
    for (const { ticket, startsInMs } of outlook(backlog, levels)) expected.set(ticket, startsInMs);
    return expected;
  }
}
