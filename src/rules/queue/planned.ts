import type { Ticket } from '../../model/Backlog.ts';
import type { Job } from '../../model/Job.ts';
import type { Heap } from './Heap.ts';
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
 * estimated cost. The order is only computed as far as it is iterated, and no job may arrive or leave meanwhile.
 */
export function* planned<J extends Job>(classes: readonly PriorityClass<TenantLine<J>>[]): Generator<Ticket<J>> {
  const tenants = new Map<Tenant<J>, PlannedTenant<J>>();
  const plan = classes.map((original) => new PlannedClass(original, tenants));

  for (;;) {
    for (const each of plan) each.copyFirst();
    const line = nextTurn(plan);
    const place = line?.peek();
    if (line === undefined || place === undefined) return;
    yield place;
    line.advance();
    reseat(line.priorityClass, line);
    const { tenant } = line;
    tenant.service += place.job.cost.tokens;
    tenant.wasServed = true;
    for (const other of tenant.lines) other.priorityClass.byService.update(other.serviceIndex);
  }
}

/** The tokens that a tenant will have been granted, and its copied lines. */
interface PlannedTenant<J extends Job> {
  service: number;
  /** Whether the plan contains a job of it. Before that, it is as far ahead as it is now. */
  wasServed: boolean;
  readonly lines: PlannedLine<J>[];
}

/**
 * The plan for one priority. Of very many tenants, it copies only those that come first in one of the two orders: the
 * others come later in both, since a turn only moves a tenant back.
 */
class PlannedClass<J extends Job> implements PriorityClass<PlannedLine<J>> {
  readonly byDeadline: Heap<PlannedLine<J>>;
  readonly byService: Heap<PlannedLine<J>>;
  readonly #tenants: Map<Tenant<J>, PlannedTenant<J>>;
  readonly #copies = new Map<TenantLine<J>, PlannedLine<J>>();
  /** The lines that are not copied yet, in both orders, each with the last one that was copied. */
  readonly #orders: readonly { readonly rest: Iterator<TenantLine<J>, undefined>; last?: PlannedLine<J> | undefined }[];

  constructor(original: PriorityClass<TenantLine<J>>, tenants: Map<Tenant<J>, PlannedTenant<J>>) {
    const { byDeadline, byService } = priorityClass<PlannedLine<J>>();
    this.byDeadline = byDeadline;
    this.byService = byService;
    this.#tenants = tenants;
    this.#orders = [original.byDeadline, original.byService].map((order) => ({ rest: order.inOrder() }));
  }

  /** Copies lines until there is one of a tenant without a turn at the end of each order, or no line is left. */
  copyFirst(): void {
    for (const order of this.#orders) {
      while (order.last === undefined || order.last.tenant.wasServed) {
        const { value: line } = order.rest.next();
        if (line === undefined) break;
        order.last = this.#copies.get(line) ?? this.#copy(line);
      }
    }
  }

  #copy(line: TenantLine<J>): PlannedLine<J> {
    let tenant = this.#tenants.get(line.tenant);
    if (tenant === undefined) {
      tenant = { service: line.tenant.service, wasServed: false, lines: [] };
      this.#tenants.set(line.tenant, tenant);
    }
    const copy = new PlannedLine(line, tenant, this);
    tenant.lines.push(copy);
    this.#copies.set(line, copy);
    reseat(this, copy);
    return copy;
  }
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
