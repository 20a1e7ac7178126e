import { from, type SchedulerLike } from 'rxjs';
import type { GroqError } from '../../errors/GroqError.ts';
import { RequestTooLargeError } from '../../errors/RequestTooLargeError.ts';
import { StoreError } from '../../errors/StoreError.ts';
import { TimeoutError } from '../../errors/TimeoutError.ts';
import type { Backlog, Ticket } from '../../model/Backlog.ts';
import { DIMENSIONS } from '../../model/Dimension.ts';
import type { Job } from '../../model/Job.ts';
import type { LimitKey } from '../../model/Limits.ts';
import type { LimitStore } from '../../ports/LimitStore.ts';
import { type Outlook, outlook } from '../../rules/queue/outlook.ts';

/**
 * After a group of queue timeouts the next one comes this many milliseconds later at the earliest, for each who waits:
 * finding out when they would have started takes about a thirtieth of that.
 */
const REST_PER_JOB = 0.02;

/** Tells a job that it is not granted, and why. */
export interface RefusalListener<J extends Job> {
  refuse(job: J, error: GroqError): void;
}

/** What {@link Refusals} work with. */
export interface RefusalsConfig<J extends Job> {
  readonly store: LimitStore;
  readonly key: (job: J) => LimitKey;
  readonly scheduler: SchedulerLike;
}

/** Takes those out of a backlog who are not granted: they have waited too long, cannot fit, or the store has failed. */
export class Refusals<J extends Job> {
  readonly #listener: RefusalListener<J>;
  readonly #config: RefusalsConfig<J>;
  /** Until when nobody is refused for having waited too long. */
  #restsUntil = -Infinity;

  constructor(listener: RefusalListener<J>, config: RefusalsConfig<J>) {
    this.#listener = listener;
    this.#config = config;
  }

  /** When the next one has waited too long, or `Infinity`. */
  nextExpiry(backlog: Backlog<J>): number {
    return Math.max(backlog.soonest()?.job.expiresAt ?? Infinity, this.#restsUntil);
  }

  /**
   * Refuses those that have waited too long.
   *
   * @param isFull Whether nobody is granted until a grant is settled, so that nobody can tell when one would have started.
   */
  expire(backlog: Backlog<J>, isFull: boolean): void {
    if (backlog.soonest() === undefined) return;
    const now = this.#config.scheduler.now();
    if (this.nextExpiry(backlog) > now) return;
    this.#restsUntil = now + Math.floor(backlog.size * REST_PER_JOB);
    let soonest = backlog.soonest();
    let expected: Map<Ticket<J>, Outlook> | undefined;
    while (soonest?.job.expiresAt !== undefined && soonest.job.expiresAt <= now) {
      const { job } = soonest;
      if (!isFull) expected ??= this.#outlook(backlog, this.#config.key(job));
      const startsInMs = expected?.get(soonest)?.startsInMs ?? 0;
      // What would start now and does not waits for something that levels do not show.
      const wouldStartInMs = startsInMs > 0 ? startsInMs : undefined;
      backlog.remove(soonest);
      // A clock counts in fractions, of which their difference keeps the noise.
      const allowed = Math.round(soonest.job.expiresAt - job.arrival);
      this.#listener.refuse(job, new TimeoutError('queue', allowed, { model: job.model, wouldStartInMs }));
      soonest = backlog.soonest();
    }
  }

  /** Refuses those whose cost the buckets of a key can no longer hold. */
  sweep(backlog: Backlog<J>, key: LimitKey): void {
    from(this.#config.store.levels(key)).subscribe({
      next: (levels) => {
        for (const ticket of [...backlog]) {
          if (this.#config.key(ticket.job) !== key) continue;
          for (const { dimension, limit, atMost = limit } of levels) {
            const cost = ticket.job.cost[DIMENSIONS[dimension].unit];
            if (cost > atMost) this.tooLarge(backlog, ticket, { dimension, cost, limit });
          }
        }
      },
      // A store that cannot show its levels still answers for each job when its turn comes.
      error: () => undefined,
    });
  }

  /** Refuses one that no bucket can ever hold, unless it has left. */
  tooLarge(
    backlog: Backlog<J>,
    ticket: Ticket<J>,
    numbers: ConstructorParameters<typeof RequestTooLargeError>[0],
  ): void {
    this.#refuse(backlog, ticket, (model) => new RequestTooLargeError(numbers, { model }));
  }

  /** Refuses one for which the store has failed, unless it has left. */
  failed(backlog: Backlog<J>, ticket: Ticket<J>, error: unknown): void {
    this.#refuse(backlog, ticket, (model) => new StoreError(error, model));
  }

  #refuse(backlog: Backlog<J>, ticket: Ticket<J>, errorFor: (model: string) => GroqError): void {
    if (!ticket.waiting) return;
    const { job } = ticket;
    backlog.remove(ticket);
    this.#listener.refuse(job, errorFor(job.model));
  }

  /** What those who wait can expect, as far as the store can tell at once. */
  #outlook(backlog: Backlog<J>, key: LimitKey): Map<Ticket<J>, Outlook> {
    let expected = new Map<Ticket<J>, Outlook>();
    from(this.#config.store.levels(key)).subscribe({
      next: (levels) => {
        expected = outlook(backlog, levels);
      },
      // Without its levels nobody can tell.
      error: () => undefined,
    });
    return expected;
  }
}
