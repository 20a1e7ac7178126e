import type { Job } from '../model/Job.ts';
import type { Slack } from '../model/Priority.ts';

/**
 * The moment by which a job keeps its rank: its arrival and the slack of its priority. The job with the earliest goes
 * first, so that a newer and more urgent job overtakes, and nobody waits for ever.
 *
 * It depends on nothing but the job, so a retry that keeps its arrival keeps its place.
 */
export const virtualDeadline = (job: Pick<Job, 'arrival' | 'priority'>, slack: Slack): number =>
  job.arrival + slack[job.priority];
