import type { Ticket } from '../../model/Backlog.ts';
import { DIMENSIONS } from '../../model/Dimension.ts';
import type { Verdict } from '../../model/Grant.ts';
import type { Job } from '../../model/Job.ts';
import { PRIORITIES } from '../../model/Priority.ts';

/** A job that has to wait, and for what. */
export interface Blocked {
  readonly head: Ticket;
  readonly verdict: Extract<Verdict, { type: 'wait' }>;
  /** For how much longer smaller ones may put it off, in milliseconds. */
  readonly delayLeft: number;
}

/**
 * What is known of a blocked job when it is found to be blocked.
 *
 * @param share Which part of its slack others may put it off, from 0 to 1.
 * @param now Milliseconds of the scheduler's clock.
 */
export function blocked(head: Ticket, verdict: Blocked['verdict'], share: number, now: number): Blocked {
  const waits = verdict.rate < Infinity && now < head.deadline;
  return { head, verdict, delayLeft: waits ? share * (head.deadline - head.job.arrival) - head.putOff : 0 };
}

/** Whether there may be anybody who goes before it. */
export const mayBePassed = ({ verdict, delayLeft }: Blocked): boolean => delayLeft > 0 || verdict.yields === true;

/**
 * By how many milliseconds a job puts off a blocked one when it goes first, or undefined when it may not: it has to be
 * smaller, and to leave enough of the slack. What the blocked one only leaves to more urgent ones is free for those.
 */
export function putOffBy(job: Job, { head, verdict, delayLeft }: Blocked): number | undefined {
  if (verdict.yields === true && isMoreUrgent(job, head.job)) return 0;
  const { unit } = DIMENSIONS[verdict.dimension];
  const delay = job.cost[unit] / verdict.rate;
  return delayLeft > 0 && delay <= delayLeft && job.cost[unit] < head.job.cost[unit] ? delay : undefined;
}

const isMoreUrgent = (job: Job, other: Job): boolean =>
  PRIORITIES.indexOf(job.priority) < PRIORITIES.indexOf(other.priority);
