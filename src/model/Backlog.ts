import type { Unsubscribable } from 'rxjs';
import type { Job } from './Job.ts';

/** The place of one job in a {@link Backlog}. Unsubscribing it takes the job out. */
export interface Ticket<J extends Job = Job> extends Unsubscribable {
  readonly job: J;
  readonly waiting: boolean;
}

/** The jobs that wait, best first: a live list, the same object each time it is emitted. */
export interface Backlog<J extends Job = Job> {
  readonly size: number;
  /** The best of those waiting, which stays. */
  peek(): Ticket<J> | undefined;
  /** Takes a job out, and tells whether it was still in. */
  remove(ticket: Ticket<J>): boolean;
}
