import type { Ticket } from '../../model/Backlog.ts';
import type { Job } from '../../model/Job.ts';
import type { Line, QueuePlace } from './Line.ts';
import {
  nextTurn,
  type PriorityClass,
  priorityClass,
  reseat,
  type Seat,
  type Tenant,
  type TenantLine,
} from './PriorityClass.ts';

/**
 * Iterates the waiting jobs in the order in which they would start, if no job arrives or leaves and each uses its
 * estimated cost. The order is only computed as far as it is iterated.
 */
export function* planned<J extends Job>(classes: readonly PriorityClass<TenantLine<J>>[]): Generator<Ticket<J>> {
  const tenants = new Map<Tenant<J>, PlannedTenant<J>>();
  const plan = classes.map(({ byDeadline }) => {
    const copy = priorityClass<PlannedLine<J>>();
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
    reseat(line.priorityClass, line);
    const { tenant } = line;
    tenant.service += place.job.cost.tokens;
    for (const other of tenant.lines) other.priorityClass.byService.update(other.serviceIndex);
  }
}

/** The tokens that a tenant will have been granted, and its place. */
interface PlannedTenant<J extends Job> {
  service: number;
  readonly lines: PlannedLine<J>[];
}

/** How far the plan has advanced in the line of one tenant in one priority. */
class PlannedLine<J extends Job> implements Seat {
  deadlineIndex = -1;
  serviceIndex = -1;
  readonly tenant: PlannedTenant<J>;
  readonly priorityClass: PriorityClass<PlannedLine<J>>;
  readonly #places: Iterator<QueuePlace<J>, undefined>;
  #first: QueuePlace<J> | undefined;

  constructor(line: Line<J>, tenant: PlannedTenant<J>, priorityClass: PriorityClass<PlannedLine<J>>) {
    this.tenant = tenant;
    this.priorityClass = priorityClass;
    this.#places = line[Symbol.iterator]();
    this.#first = this.#places.next().value;
  }

  peek(): QueuePlace<J> | undefined {
    return this.#first;
  }

  advance(): void {
    this.#first = this.#places.next().value;
  }
}
