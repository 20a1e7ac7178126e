import type { Backlog, Ticket } from '../../model/Backlog.ts';
import type { Job } from '../../model/Job.ts';
import type { BucketLevel } from '../../model/Limits.ts';
import { PRIORITIES } from '../../model/Priority.ts';
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
  backlog: Pick<Backlog<J>, 'planned'>,
  levels: readonly BucketLevel[],
): Generator<Outlook<J>> {
  const forecast = new Forecast(levels);
  const isPaced = levels.some(({ kept }) => kept !== undefined);
  const order = isPaced ? passing(backlog.planned(), forecast) : backlog.planned();
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

/** Lets the more urgent jobs pass those that wait because of them, by a forecast to which each is added in between. */
function* passing<J extends Job>(planned: Iterable<Ticket<J>>, forecast: Forecast): Generator<Ticket<J>> {
  for (let waiting = [...planned], passed: Ticket<J>[]; waiting.length > 0; waiting = passed) {
    const urgentBehind = mostUrgentBehind(waiting);
    let yielding = Infinity;
    passed = [];
    for (const [i, ticket] of waiting.entries()) {
      const rank = rankOf(ticket);
      if (rank > (urgentBehind[i] ?? Infinity) && rank < yielding && forecast.yields(ticket.job)) yielding = rank;
      if (rank >= yielding) passed.push(ticket);
      else yield ticket;
    }
  }
}

/** 0 for the most urgent priority. */
const rankOf = ({ job }: Ticket): number => PRIORITIES.indexOf(job.priority);

/** The most urgent priority behind each job. */
function mostUrgentBehind(tickets: readonly Ticket[]): number[] {
  let rank = Infinity;
  return tickets.reduceRight<number[]>((behind, ticket, i) => {
    behind[i] = rank;
    rank = Math.min(rank, rankOf(ticket));
    return behind;
  }, []);
}
