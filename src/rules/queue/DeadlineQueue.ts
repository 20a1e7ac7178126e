import type { Backlog, Ticket } from '../../model/Backlog.ts';
import type { Job } from '../../model/Job.ts';
import { PRIORITIES, type Priority, type Slack } from '../../model/Priority.ts';
import { checkPriority } from './checkPriority.ts';
import { Ends } from './Ends.ts';
import { Heap } from './Heap.ts';
import type { QueuePlace } from './Line.ts';
import { virtualDeadline } from './order.ts';
import { nextTurn, type PriorityClass, priorityClass, reseat, type Tenant, TenantLine } from './PriorityClass.ts';
import { planned } from './planned.ts';
import { Tenants } from './Tenants.ts';

/** Is notified when the best job, or the last of all, has left a queue. */
export interface QueueListener {
  /** @param wasBest Whether it was the best job, so that the new best one must be checked. */
  left(wasBest: boolean): void;
}

/**
 * Keeps waiting jobs in the order in which they should start: the earliest virtual deadline first, and within one
 * priority the tenant that was granted the fewest tokens.
 *
 * A job of a tenant that was granted less goes before an older one of the same priority, but never before a job of
 * another priority with an earlier deadline.
 */
export class DeadlineQueue<J extends Job> implements Backlog<J> {
  readonly #slack: Slack;
  readonly #listener: QueueListener;
  readonly #byPriority: Readonly<Record<Priority, PriorityClass<TenantLine<J>>>>;
  /** Most urgent first. */
  readonly #classes: readonly PriorityClass<TenantLine<J>>[];
  readonly #tenants = new Tenants<J>();
  readonly #expiry = new Heap<QueuePlace<J>>(expiresBefore, (place, index) => {
    place.expiryIndex = index;
  });
  /** Counted, since a status is asked for ten times a second, with up to a million waiting jobs. */
  readonly #waiting = { high: 0, normal: 0, low: 0, background: 0 };
  /** The best job, unless something has changed since the last search. */
  #best: QueuePlace<J> | undefined;
  /** Finds the last job. Kept from when that is first asked for until the queue is empty, since few queues are full. */
  #ends: Ends<J> | undefined;

  /**
   * @param slack How long each priority can be overtaken, in milliseconds.
   * @param listener Is notified when the best job must be checked again.
   */
  constructor(slack: Slack, listener: QueueListener) {
    this.#slack = slack;
    this.#listener = listener;
    this.#byPriority = {
      high: priorityClass(),
      normal: priorityClass(),
      low: priorityClass(),
      background: priorityClass(),
    };
    const { high, normal, low, background } = this.#byPriority;
    this.#classes = [high, normal, low, background];
  }

  get size(): number {
    const { high, normal, low, background } = this.#waiting;
    return high + normal + low + background;
  }

  get waiting(): Record<Priority, number> {
    return { ...this.#waiting };
  }

  *[Symbol.iterator](): Iterator<Ticket<J>> {
    for (const { byDeadline } of this.#classes) {
      for (const line of byDeadline) yield* line;
    }
  }

  /**
   * Adds a job, unless its lifetime is over already.
   *
   * @throws {ValidationError} when its priority is unknown.
   */
  add(job: J): Ticket<J> | undefined {
    const { lifetime, priority } = job;
    if (lifetime?.closed === true) return undefined;
    // Before it is looked up: it may be the name of a property of every object.
    if (!Object.hasOwn(this.#byPriority, priority)) checkPriority(priority);
    const tenant = this.#tenants.arriving(job.tenant);
    const line = (tenant.lines[priority] ??= this.#lineOf(tenant, priority));
    const place = new LinkedPlace(job, virtualDeadline(job, this.#slack));
    line.add(place);
    if (line.peek() === place) this.#reseat(line);
    this.#ends?.update(line);
    if (job.expiresAt !== undefined) this.#expiry.push(place);
    tenant.waiting += 1;
    this.#waiting[priority] += 1;
    lifetime?.add(place);
    return place;
  }

  planned(): Iterable<Ticket<J>> {
    return planned(this.#classes);
  }

  peek(above?: Priority): Ticket<J> | undefined {
    if (above !== undefined) return nextTurn(this.#classes.slice(0, PRIORITIES.indexOf(above)))?.peek();
    if (this.size > 0) this.#best ??= nextTurn(this.#classes)?.peek();
    return this.#best;
  }

  /** The job that would start last: of the last priority, by the turns of its tenants. */
  worst(): Ticket<J> | undefined {
    if (this.size > 0) this.#ends ??= new Ends(this.#classes);
    return this.#ends?.last();
  }

  soonest(): Ticket<J> | undefined {
    return this.#expiry.peek();
  }

  remove(ticket: Ticket<J>): boolean {
    if (!this.#remove(ticket as QueuePlace<J>, false)) return false;
    ticket.job.lifetime?.remove(ticket);
    return true;
  }

  /** Removes a job whose lifetime is over. */
  leave(place: QueuePlace<J>): void {
    // No job goes before the best one.
    this.#remove(place, place.previous === undefined && this.peek() === place);
  }

  serve(job: J, tokens: number): void {
    this.#tenants.serve(job.tenant);
    this.correct(job, tokens);
  }

  correct(job: J, tokens: number): void {
    const tenant = this.#tenants.grant(tokens, job.tenant);
    // The turns of a single tenant do not depend on its tokens.
    if (tenant === undefined || this.#tenants.size === 1) return;
    for (const priority in tenant.lines) {
      const line = tenant.lines[priority as Priority];
      if (line === undefined) continue;
      line.priorityClass.byService.update(line.serviceIndex);
      this.#ends?.update(line);
    }
    this.#best = undefined;
  }

  #remove(place: QueuePlace<J>, wasBest: boolean): boolean {
    const line = place.line as TenantLine<J> | undefined;
    if (line === undefined) return false;
    const wasFirst = place.previous === undefined && line.peek() === place;
    line.remove(place);
    if (wasFirst) this.#reseat(line);
    this.#ends?.update(line);
    if (place.expiryIndex >= 0) this.#expiry.removeAt(place.expiryIndex);
    line.tenant.waiting -= 1;
    this.#waiting[place.job.priority] -= 1;
    const isEmpty = this.size === 0;
    if (isEmpty) {
      this.#tenants.forget();
      this.#ends = undefined;
    }
    if (wasBest || isEmpty) this.#listener.left(wasBest);
    return true;
  }

  #lineOf(tenant: Tenant<J>, priority: Priority): TenantLine<J> {
    return new TenantLine(tenant, this.#byPriority[priority], this);
  }

  #reseat(line: TenantLine<J>): void {
    this.#best = undefined;
    reseat(line.priorityClass, line);
  }
}

class LinkedPlace<J extends Job> implements QueuePlace<J> {
  line: TenantLine<J> | undefined;
  previous: QueuePlace<J> | undefined;
  next: QueuePlace<J> | undefined;
  lateIndex = -1;
  latestIndex = -1;
  expiryIndex = -1;
  putOff = 0;
  readonly job: J;
  readonly deadline: number;

  constructor(job: J, deadline: number) {
    this.job = job;
    this.deadline = deadline;
  }

  get waiting(): boolean {
    return this.line !== undefined;
  }

  unsubscribe(): void {
    this.line?.owner.leave(this);
  }
}

/** Whether one job expires before another one; of two equals the older. */
function expiresBefore<J extends Job>(a: QueuePlace<J>, b: QueuePlace<J>): boolean {
  const at = a.job.expiresAt ?? Infinity;
  const other = b.job.expiresAt ?? Infinity;
  return at === other ? a.job.seq < b.job.seq : at < other;
}
