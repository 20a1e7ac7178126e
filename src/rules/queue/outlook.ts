import type { Backlog, Ticket } from '../../model/Backlog.ts';
import type { Job } from '../../model/Job.ts';
import type { BucketLevel } from '../../model/Limits.ts';
import { PRIORITIES, type Priority } from '../../model/Priority.ts';
import { Forecast } from './Forecast.ts';

/** The prediction for a waiting request. */
export interface Outlook<J extends Job> {
  readonly ticket: Ticket<J>;
  /** How many requests start before it. */
  readonly position: number;
  /**
   * In how many milliseconds it starts, if nothing is given back and nothing more urgent arrives. 0 also if it would
   * never start then.
   */
  readonly startsInMs: number;
}

/**
 * Iterates the predictions for the waiting jobs, in the order in which they start. They are only computed as far as they
 * are iterated, and no job may arrive or leave meanwhile.
 *
 * Jobs that wait only because of what they leave to more urgent ones let those pass, and continue after them.
 */
export function* outlook<J extends Job>(
  backlog: Pick<Backlog<J>, 'planned' | 'waiting'>,
  levels: readonly BucketLevel[],
): Generator<Outlook<J>> {
  const forecast = new Forecast(levels);
  const isPaced = levels.some(({ kept }) => kept !== undefined);
  const order = isPaced ? passing(backlog, forecast) : backlog.planned();
  let position = 0;
  for (const ticket of order) {
    const start = forecast.start(ticket.job);
    // Some buckets of a store may never refill.
    yield { ticket, position, startsInMs: Number.isFinite(start) ? start : 0 };
    position += 1;
  }
}

/**
 * When a request starts, if that is known. A job that should start now but does not waits for something that levels do
 * not show.
 *
 * @param isFull Whether no request starts until another one ends.
 */
export const knownStart = (startsInMs: number, isFull: boolean): number | undefined =>
  startsInMs > 0 && !isFull ? startsInMs : undefined;

/**
 * Lets the more urgent jobs pass those that wait because of them, by a forecast to which each is added in between. A
 * round ends with the last job that may pass, so that the plan is computed only as far as it is needed.
 */
function* passing<J extends Job>(
  backlog: Pick<Backlog<J>, 'planned' | 'waiting'>,
  forecast: Forecast,
): Generator<Ticket<J>> {
  const plan = backlog.planned()[Symbol.iterator]();
  const left: Counts = { ...backlog.waiting };
  let passed: readonly Ticket<J>[] = [];
  while (mostUrgent(left) < Infinity) {
    const before = passed[Symbol.iterator]();
    const now: Ticket<J>[] = [];
    const behind: Counts = { ...left };
    let yielding = Infinity;
    while (mostUrgent(behind) < yielding) {
      const ticket = nextOf(before, plan);
      if (ticket === undefined) return;
      const { job } = ticket;
      behind[job.priority] -= 1;
      const rank = PRIORITIES.indexOf(job.priority);
      if (rank > mostUrgent(behind) && rank < yielding && forecast.yields(job)) yielding = rank;
      if (rank >= yielding) now.push(ticket);
      else {
        left[job.priority] -= 1;
        yield ticket;
      }
    }
    passed = [...now, ...before];
  }
}

/** A number of jobs of each priority. */
type Counts = Record<Priority, number>;

/** The rank of the most urgent jobs: 0 for the most urgent priority. */
function mostUrgent(counts: Counts): number {
  const rank = PRIORITIES.findIndex((priority) => counts[priority] > 0);
  return rank < 0 ? Infinity : rank;
}

/** The next value of the first iterator that has one. */
function nextOf<T>(...iterators: readonly Iterator<T>[]): T | undefined {
  for (const iterator of iterators) {
    const next = iterator.next();
    if (next.done !== true) return next.value;
  }
  return undefined;
}
