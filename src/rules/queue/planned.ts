import type { Ticket } from '../../model/Backlog.ts';
import type { Job } from '../../model/Job.ts';
import { type Level, level, nextTurn, reseat, type Seat, type Tenant, type TenantLine } from './Level.ts';
import type { Line, Place } from './Line.ts';

/**
 * Goes through those who wait in the order in which their turns come, if nobody comes or leaves and each uses what it
 * is reckoned to cost. It works out only as much of that order as is asked for.
 */
export function* planned<J extends Job>(levels: readonly Level<TenantLine<J>>[]): Generator<Ticket<J>> {
  const tenants = new Map<Tenant<J>, PlannedTenant<J>>();
  const plan = levels.map(({ byDeadline }) => {
    const copy = level<PlannedLine<J>>();
    for (const line of byDeadline) {
      let tenant = tenants.get(line.tenant);
      if (tenant === undefined) {
        tenant = { service: line.tenant.service, lines: [] };
        tenants.set(line.tenant, tenant);
      }
      const copied = new PlannedLine(line, tenant, copy);
      tenant.lines.push(copied);
      reseat(copy, copied);
    }
    return copy;
  });

  for (;;) {
    const line = nextTurn(plan);
    const place = line?.peek();
    if (line === undefined || place === undefined) return;
    yield place;
    line.advance();
    reseat(line.level, line);
    const { tenant } = line;
    tenant.service += place.job.cost.tokens;
    for (const other of tenant.lines) other.level.byService.update(other.serviceIndex);
  }
}

/** What somebody will have had, and where. */
interface PlannedTenant<J extends Job> {
  service: number;
  readonly lines: PlannedLine<J>[];
}

/** How far a plan has come in the line of one tenant in one priority. */
class PlannedLine<J extends Job> implements Seat {
  deadlineIndex = -1;
  serviceIndex = -1;
  readonly tenant: PlannedTenant<J>;
  readonly level: Level<PlannedLine<J>>;
  readonly #places: Iterator<Place<J>, undefined>;
  #first: Place<J> | undefined;

  constructor(line: Line<J>, tenant: PlannedTenant<J>, level: Level<PlannedLine<J>>) {
    this.tenant = tenant;
    this.level = level;
    this.#places = line[Symbol.iterator]();
    this.#first = this.#places.next().value;
  }

  peek(): Place<J> | undefined {
    return this.#first;
  }

  advance(): void {
    this.#first = this.#places.next().value;
  }
}
