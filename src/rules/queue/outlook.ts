import type { Backlog, Ticket } from '../../model/Backlog.ts';
import type { Job } from '../../model/Job.ts';
import type { BucketLevel } from '../../model/Limits.ts';
import { PRIORITIES } from '../../model/Priority.ts';
import { Forecast } from './Forecast.ts';

/** What a waiting request can expect. */
export interface Outlook {
  /** How many start before it. */
  readonly position: number;
  /** In how many milliseconds it starts, when nothing comes back and nothing more urgent comes. */
  readonly startsInMs: number;
}

/**
 * What each of the waiting jobs can expect, in the order in which they start.
 *
 * Those that wait for nothing but what they leave to more urgent ones let those pass, and go on when they are through.
 */
export function outlook<J extends Job>(
  backlog: Pick<Backlog<J>, 'planned'>,
  levels: readonly BucketLevel[],
): Map<Ticket<J>, Outlook> {
  const expected = new Map<Ticket<J>, Outlook>();
  const forecast = new Forecast(levels);
  const isPaced = levels.some(({ kept }) => kept !== undefined);
  for (let waiting = [...backlog.planned()], passed: Ticket<J>[]; waiting.length > 0; waiting = passed) {
    const urgentBehind = isPaced ? mostUrgentBehind(waiting) : [];
    let yielding = Infinity;
    passed = [];
    for (const [i, ticket] of waiting.entries()) {
      const rank = rankOf(ticket);
      if (rank > (urgentBehind[i] ?? Infinity) && rank < yielding && forecast.yields(ticket.job)) yielding = rank;
      if (rank >= yielding) passed.push(ticket);
      else expected.set(ticket, { position: expected.size, startsInMs: forecast.start(ticket.job) });
    }
  }
  return expected;
}

/** 0 for the most urgent ones. */
const rankOf = ({ job }: Ticket): number => PRIORITIES.indexOf(job.priority);

/** How urgent the most urgent one is behind each. */
function mostUrgentBehind(tickets: readonly Ticket[]): number[] {
  let rank = Infinity;
  return tickets.reduceRight<number[]>((behind, ticket, i) => {
    behind[i] = rank;
    rank = Math.min(rank, rankOf(ticket));
    return behind;
  }, []);
}
