import type { Unsubscribable } from 'rxjs';
import type { Job } from './Job.ts';
import type { Priority } from './Priority.ts';

/** Who has to leave a full queue: the one that came (`newest`), or the one that would start last (`last`). */
export type Overflow = 'newest' | 'last';

/** The place of one job in a {@link Backlog}. Unsubscribing it takes the job out. */
export interface Ticket<J extends Job = Job> extends Unsubscribable {
  readonly job: J;
  readonly waiting: boolean;
  /** Until when it keeps its rank, in the milliseconds of the scheduler's clock. */
  readonly deadline: number;
  /** By how much others that went first have put it off, in milliseconds. The one who lets them go counts it. */
  putOff: number;
}

/**
 * The jobs that wait: a live list, the same object each time it is emitted. Iterating it goes by priority, and within
 * one priority and tenant in order.
 */
export interface Backlog<J extends Job = Job> extends Iterable<Ticket<J>> {
  readonly size: number;
  /**
   * Those who wait in the order in which their turns come, if nobody comes or leaves and each uses what it is reckoned to
   * cost.
   */
  planned(): Iterable<Ticket<J>>;
  /**
   * The best of those waiting, which stays.
   *
   * @param above Only among those of higher priority than this.
   */
  peek(above?: Priority): Ticket<J> | undefined;
  /** The one whose time to wait ends first, which stays. */
  soonest(): Ticket<J> | undefined;
  /** Takes a job out, and tells whether it was still in. */
  remove(ticket: Ticket<J>): boolean;
  /** Counts what a job was given for its tenant, whose turn it was, in tokens, so that the others come next. */
  serve(job: J, tokens: number): void;
  /** Counts what a job has used beyond what it was given, in tokens, or, below zero, what it has not used of that. */
  correct(job: J, tokens: number): void;
}
