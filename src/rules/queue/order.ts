import type { Job } from '../../model/Job.ts';
import type { Slack } from '../../model/Priority.ts';

/**
 * The deadline of a job: its arrival plus the slack of its priority, unless it has its own deadline. The job with the
 * earliest deadline goes first, so that a newer and more urgent job can overtake, but no job waits forever.
 *
 * It depends only on the job, so a retry that keeps its arrival keeps its place.
 */
export const virtualDeadline = (job: Pick<Job, 'arrival' | 'priority' | 'deadline'>, slack: Slack): number =>
  job.deadline ?? job.arrival + slack[job.priority];
