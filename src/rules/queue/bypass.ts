import type { Ticket } from '../../model/Backlog.ts';
import { DIMENSIONS } from '../../model/Dimension.ts';
import type { Job } from '../../model/Job.ts';
import type { Verdict } from '../../model/Verdict.ts';

/** How many jobs behind a blocked one are checked, to find one that may go first. */
const LOOK_BEHIND = 16;

/** A blocked job, and what it waits for. */
export interface Blocked {
  readonly head: Ticket;
  readonly verdict: Extract<Verdict, { type: 'wait' }>;
  /** How much longer smaller jobs may delay it, in milliseconds. */
  readonly delayLeft: number;
}

/**
 * The state of a job at the moment when it is blocked.
 *
 * @param share The fraction of its slack by which others may delay it, from 0 to 1.
 * @param now Milliseconds of the scheduler's clock.
 */
export function blocked(head: Ticket, verdict: Blocked['verdict'], share: number, now: number): Blocked {
  const waits = verdict.rate < Infinity && now < head.deadline;
  return { head, verdict, delayLeft: waits ? share * (head.deadline - head.job.arrival) - head.putOff : 0 };
}

/** Whether any job may go before it. */
export const mayBePassed = ({ delayLeft }: Blocked): boolean => delayLeft > 0;

/**
 * By how many milliseconds a job delays a blocked one if it goes first, or undefined if it may not: it must be smaller,
 * and leave enough of the slack, in every bucket that both draw on.
 */
export function putOffBy(job: Job, { head, verdict, delayLeft }: Blocked): number | undefined {
  const { dimension, rate, headroom = [{ dimension, rate, spare: 0 }] } = verdict;
  const { unit } = DIMENSIONS[dimension];
  let delay = 0;
  for (const bucket of headroom) {
    const missing = job.cost[DIMENSIONS[bucket.dimension].unit] - bucket.spare;
    if (missing > 0) delay = Math.max(delay, missing / bucket.rate);
  }
  return delay <= delayLeft && job.cost[unit] < head.job.cost[unit] ? delay : undefined;
}

/** The first jobs after a blocked one, best first: those that are checked. */
export function behind<J extends Job>(backlog: Iterable<Ticket<J>>, head: Ticket<J>): Ticket<J>[] {
  const tickets: Ticket<J>[] = [];
  for (const ticket of backlog) {
    if (tickets.length >= LOOK_BEHIND) break;
    if (ticket !== head) tickets.push(ticket);
  }
  return tickets;
}
