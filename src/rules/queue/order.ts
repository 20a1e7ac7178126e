import type { Job } from '../../model/Job.ts';
import type { Slack } from '../../model/Priority.ts';

/**
 * The moment by which a job keeps its rank: its arrival and the slack of its priority, unless it has a deadline of its
 * own. The job with the earliest goes first, so that a newer and more urgent job overtakes, and nobody waits for ever.
 *
 * It depends on nothing but the job, so a retry that keeps its arrival keeps its place.
 */
export const virtualDeadline = (job: Pick<Job, 'arrival' | 'priority' | 'deadline'>, slack: Slack): number =>
  job.deadline ?? job.arrival + slack[job.priority];
