import type { Ticket } from '../../model/Backlog.ts';
import type { Job } from '../../model/Job.ts';
import type { BucketLevel } from '../../model/Limits.ts';
import { forecast } from './forecast.ts';

/** What a waiting request can expect. */
export interface Outlook {
  /** How many start before it. */
  readonly position: number;
  /** In how many milliseconds it starts, when nothing comes back and nothing more urgent comes. */
  readonly startsInMs: number;
}

/** What each of the waiting jobs can expect, in the order in which they start. */
export function outlook<J extends Job>(
  tickets: Iterable<Ticket<J>>,
  levels: readonly BucketLevel[],
): Map<Ticket<J>, Outlook> {
  const order = [...tickets].sort((a, b) => a.deadline - b.deadline || a.job.seq - b.job.seq);
  const starts = forecast(
    levels,
    order.map(({ job }) => job.cost),
  );
  return new Map(order.map((ticket, position) => [ticket, { position, startsInMs: starts[position] ?? 0 }]));
}
