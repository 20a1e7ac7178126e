import type { Unsubscribable } from 'rxjs';
import type { Job } from './Job.ts';
import type { Priority } from './Priority.ts';

/**
 * Which request leaves a full queue: the one that just arrived (`newest`), or the one that would start last (`last`).
 */
export type Overflow = 'newest' | 'last';

/** The place of one job in a {@link Backlog}. Unsubscribing it removes the job. */
export interface Ticket<J extends Job = Job> extends Unsubscribable {
  readonly job: J;
  readonly waiting: boolean;
  /**
   * The end of its slack, in milliseconds of the scheduler's clock: from then on no newer job overtakes it, except when
   * the turn of another tenant comes.
   */
  readonly deadline: number;
  /**
   * How long it was delayed by smaller jobs that went first, in milliseconds. Counted by the consumer of the backlog.
   */
  putOff: number;
}

/**
 * The waiting jobs: a live list, the same object each time it is emitted. Iteration is by priority, and in order within
 * a priority and tenant.
 */
export interface Backlog<J extends Job = Job> extends Iterable<Ticket<J>> {
  readonly size: number;
  /** The number of waiting jobs of each priority. */
  readonly waiting: Readonly<Record<Priority, number>>;
  /**
   * The waiting jobs in the order in which they would start, if no job arrives or leaves and each uses its estimated
   * cost.
   */
  planned(): Iterable<Ticket<J>>;
  /**
   * The best waiting job, without removing it.
   *
   * @param above Only consider jobs of higher priority than this.
   */
  peek(above?: Priority): Ticket<J> | undefined;
  /** The job whose `expiresAt` comes first, without removing it. */
  soonest(): Ticket<J> | undefined;
  /** Removes a job, and returns whether it was still there. */
  remove(ticket: Ticket<J>): boolean;
  /** Adds to the tokens that a job's tenant was granted when its turn came, so that other tenants come next. */
  serve(job: J, tokens: number): void;
  /** Adds the tokens that a job has used beyond those granted, or subtracts those that it has not used. */
  correct(job: J, tokens: number): void;
}
