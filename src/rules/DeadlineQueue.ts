import type { Backlog, Ticket } from '../model/Backlog.ts';
import type { Job } from '../model/Job.ts';
import { PRIORITIES, type Priority, type Slack } from '../model/Priority.ts';
import { Heap } from './Heap.ts';
import { before, Line, type Place } from './Line.ts';
import { virtualDeadline } from './order.ts';

interface Tenant {
  readonly name: string;
  /** How many tokens it was given, above what the others had when it came. */
  service: number;
  /** How many of its jobs wait. */
  waiting: number;
}

/** The jobs of one priority: a line for each tenant, by the deadline of its first job and by what the tenant has had. */
interface Level<J extends Job> {
  readonly lines: Map<Tenant, TenantLine<J>>;
  readonly byDeadline: Heap<TenantLine<J>>;
  readonly byService: Heap<TenantLine<J>>;
}

/**
 * Keeps waiting jobs in the order in which they should start: the earliest virtual deadline first, and within one
 * priority the tenant that has had the fewest tokens.
 *
 * A job of a tenant that has had less goes before an older one of the same priority, never before a job of another
 * priority whose deadline is earlier.
 */
export class DeadlineQueue<J extends Job> implements Backlog<J> {
  readonly #slack: Slack;
  readonly #left: (wasBest: boolean) => void;
  readonly #levels = new Map<Priority, Level<J>>();
  readonly #tenants = new Map<string, Tenant>();
  readonly #expiry = new Heap<Place<J>>(expiresBefore, (place, index) => {
    place.expiryIndex = index;
  });
  #size = 0;

  /**
   * @param slack How long each priority lets others go first, in milliseconds.
   * @param left Is told whenever a job has left, and whether it was the best.
   */
  constructor(slack: Slack, left: (wasBest: boolean) => void) {
    this.#slack = slack;
    this.#left = left;
  }

  get size(): number {
    return this.#size;
  }

  *[Symbol.iterator](): Iterator<Ticket<J>> {
    for (const priority of PRIORITIES) {
      for (const line of this.#levels.get(priority)?.lines.values() ?? []) yield* line;
    }
  }

  /** Takes a job in, unless its lifetime is over already. */
  add(job: J): void {
    if (job.lifetime?.closed === true) return;
    const tenant = this.#arriving(job.tenant ?? '');
    const line = this.#lineOf(job.priority, tenant);
    const { byDeadline, byService } = line.level;
    const place = new QueuePlace(this, job, virtualDeadline(job, this.#slack));
    const first = line.peek();
    line.add(place);
    if (first === undefined) {
      byDeadline.push(line);
      byService.push(line);
    } else if (line.peek() === place) {
      byDeadline.update(line.deadlineIndex);
      byService.update(line.serviceIndex);
    }
    if (job.expiresAt !== undefined) this.#expiry.push(place);
    tenant.waiting += 1;
    this.#size += 1;
    job.lifetime?.add(place);
  }

  peek(): Ticket<J> | undefined {
    let best: Place<J> | undefined;
    let level: Level<J> | undefined;
    /** The best of all other priorities. */
    let bound: Place<J> | undefined;
    for (const other of this.#levels.values()) {
      const first = other.byDeadline.peek()?.peek();
      if (first === undefined) continue;
      if (best === undefined || before(first, best)) {
        bound = best;
        best = first;
        level = other;
      } else if (bound === undefined || before(first, bound)) bound = first;
    }
    if (level === undefined || level.byService.size === 1) return best;
    const fair = level.byService.peek()?.peek();
    return fair === undefined || (bound !== undefined && before(bound, fair)) ? best : fair;
  }

  /** The one that would come last. */
  worst(): Ticket<J> | undefined {
    let worst: Place<J> | undefined;
    for (const { lines } of this.#levels.values()) {
      for (const line of lines.values()) {
        const last = line.last();
        if (last !== undefined && (worst === undefined || before(worst, last))) worst = last;
      }
    }
    return worst;
  }

  soonest(): Ticket<J> | undefined {
    return this.#expiry.peek();
  }

  remove(ticket: Ticket<J>): boolean {
    const place = ticket as Place<J>;
    const line = place.line as TenantLine<J> | undefined;
    if (line === undefined) return false;
    const wasBest = this.peek() === place;
    const { tenant, level } = line;
    line.remove(place);
    if (line.peek() !== undefined) {
      level.byDeadline.update(line.deadlineIndex);
      level.byService.update(line.serviceIndex);
    } else {
      level.byDeadline.removeAt(line.deadlineIndex);
      level.byService.removeAt(line.serviceIndex);
      level.lines.delete(tenant);
    }
    if (place.expiryIndex >= 0) this.#expiry.removeAt(place.expiryIndex);
    tenant.waiting -= 1;
    this.#size -= 1;
    place.job.lifetime?.remove(place);
    // What tenants have had matters only while they compete.
    if (this.#size === 0) this.#tenants.clear();
    this.#left(wasBest);
    return true;
  }

  serve(job: J, tokens: number): void {
    const tenant = this.#tenants.get(job.tenant ?? '');
    if (tenant === undefined) return;
    tenant.service += tokens;
    for (const level of this.#levels.values()) {
      const line = level.lines.get(tenant);
      if (line !== undefined) level.byService.update(line.serviceIndex);
    }
  }

  /** The tenant of an arriving job. One that had nothing waiting starts level with the others: it saves nothing up. */
  #arriving(name: string): Tenant {
    let tenant = this.#tenants.get(name);
    if (tenant === undefined) {
      tenant = { name, service: 0, waiting: 0 };
      this.#tenants.set(name, tenant);
    }
    if (tenant.waiting === 0) tenant.service = Math.max(tenant.service, this.#leastService());
    return tenant;
  }

  #leastService(): number {
    let least = Infinity;
    for (const { byService } of this.#levels.values()) {
      const line = byService.peek();
      if (line !== undefined) least = Math.min(least, line.tenant.service);
    }
    return least === Infinity ? 0 : least;
  }

  #lineOf(priority: Priority, tenant: Tenant): TenantLine<J> {
    let level = this.#levels.get(priority);
    if (level === undefined) {
      level = {
        lines: new Map(),
        byDeadline: new Heap<TenantLine<J>>(startsBefore, (line, index) => {
          line.deadlineIndex = index;
        }),
        byService: new Heap<TenantLine<J>>(hadLess, (line, index) => {
          line.serviceIndex = index;
        }),
      };
      this.#levels.set(priority, level);
    }
    let line = level.lines.get(tenant);
    if (line === undefined) {
      line = new TenantLine(tenant, level);
      level.lines.set(tenant, line);
    }
    return line;
  }
}

class TenantLine<J extends Job> extends Line<J> {
  readonly tenant: Tenant;
  readonly level: Level<J>;

  constructor(tenant: Tenant, level: Level<J>) {
    super();
    this.tenant = tenant;
    this.level = level;
  }
}

class QueuePlace<J extends Job> implements Place<J> {
  line: Line<J> | undefined;
  previous: Place<J> | undefined;
  next: Place<J> | undefined;
  lateIndex = -1;
  expiryIndex = -1;
  putOff = 0;
  readonly job: J;
  readonly deadline: number;
  readonly #queue: Backlog<J>;

  constructor(queue: Backlog<J>, job: J, deadline: number) {
    this.#queue = queue;
    this.job = job;
    this.deadline = deadline;
  }

  get waiting(): boolean {
    return this.line !== undefined;
  }

  unsubscribe(): void {
    this.#queue.remove(this);
  }
}

const startsBefore = <J extends Job>(a: Line<J>, b: Line<J>): boolean => {
  const first = a.peek();
  const second = b.peek();
  return first !== undefined && second !== undefined && before(first, second);
};

const hadLess = <J extends Job>(a: TenantLine<J>, b: TenantLine<J>): boolean =>
  a.tenant.service < b.tenant.service || (a.tenant.service === b.tenant.service && startsBefore(a, b));

const expiresBefore = <J extends Job>(a: Place<J>, b: Place<J>): boolean =>
  (a.job.expiresAt ?? Infinity) < (b.job.expiresAt ?? Infinity);
