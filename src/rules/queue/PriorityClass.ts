import type { Ticket } from '../../model/Backlog.ts';
import type { Job } from '../../model/Job.ts';
import type { Priority } from '../../model/Priority.ts';
import { Heap } from './Heap.ts';
import { before, Line, type QueuePlace } from './Line.ts';

/** A tenant with waiting jobs. */
export interface Tenant<J extends Job> {
  /** The tokens that it was granted, starting from what the others had when it arrived. */
  service: number;
  /** The number of its waiting jobs. */
  waiting: number;
  /** Its jobs, by priority. An empty line is kept for the next job. */
  readonly lines: Partial<Record<Priority, TenantLine<J>>>;
}

/** The place of a tenant in a priority, with its first job. */
export interface Seat {
  /** Its places in its {@link PriorityClass}, or -1. */
  deadlineIndex: number;
  serviceIndex: number;
  readonly tenant: { readonly service: number };
  peek(): Ticket | undefined;
}

/** The tenants of one priority, ordered by the deadline of their first job and by the tokens they were granted. */
export interface PriorityClass<S> {
  readonly byDeadline: Heap<S>;
  readonly byService: Heap<S>;
}

/** Removes a job from its line, and restores the order that depends on it. */
export interface LineOwner<J extends Job> {
  leave(place: QueuePlace<J>): void;
}

/** The line of one tenant in one priority. */
export class TenantLine<J extends Job> extends Line<J> implements Seat {
  deadlineIndex = -1;
  serviceIndex = -1;
  /** Its places in {@link Ends}, or -1. */
  lastIndex = -1;
  turnsIndex = -1;
  readonly tenant: Tenant<J>;
  readonly priorityClass: PriorityClass<TenantLine<J>>;
  readonly owner: LineOwner<J>;
  /** The cost of the waiting jobs, in tokens. */
  #tokens = 0;

  constructor(tenant: Tenant<J>, priorityClass: PriorityClass<TenantLine<J>>, owner: LineOwner<J>) {
    super();
    this.tenant = tenant;
    this.priorityClass = priorityClass;
    this.owner = owner;
  }

  /** The tokens that its tenant will have been granted before its last job starts. */
  get serviceAtEnd(): number {
    return this.tenant.service + this.#tokens - (this.last()?.job.cost.tokens ?? 0);
  }

  override add(place: QueuePlace<J>): void {
    super.add(place);
    this.#tokens += place.job.cost.tokens;
  }

  override remove(place: QueuePlace<J>): void {
    super.remove(place);
    this.#tokens -= place.job.cost.tokens;
  }
}

/** A priority without waiting jobs. */
export const priorityClass = <S extends Seat>(): PriorityClass<S> => ({
  byDeadline: new Heap<S>(startsBefore, (seat, index) => {
    seat.deadlineIndex = index;
  }),
  byService: new Heap<S>(hadLess, (seat, index) => {
    seat.serviceIndex = index;
  }),
});

/** Restores the place of a tenant in its priority after its first job has changed. */
export function reseat<S extends Seat>({ byDeadline, byService }: PriorityClass<S>, seat: S): void {
  if (seat.peek() === undefined) {
    byDeadline.removeAt(seat.deadlineIndex);
    byService.removeAt(seat.serviceIndex);
  } else if (seat.deadlineIndex < 0) {
    byDeadline.push(seat);
    byService.push(seat);
  } else {
    byDeadline.update(seat.deadlineIndex);
    byService.update(seat.serviceIndex);
  }
}

/**
 * The job whose turn it is: the one with the earliest deadline, or in its priority the job of the tenant with the
 * fewest tokens, unless that would go before an earlier deadline of another priority.
 */
export function nextTurn<S extends Seat>(classes: readonly PriorityClass<S>[]): S | undefined {
  let best: S | undefined;
  let first: Ticket | undefined;
  let ofBest: PriorityClass<S> | undefined;
  /** The first job of all other priorities. */
  let bound: Ticket | undefined;
  for (const other of classes) {
    const seat = other.byDeadline.peek();
    const place = seat?.peek();
    if (place === undefined) continue;
    if (first === undefined || before(place, first)) {
      bound = first;
      first = place;
      best = seat;
      ofBest = other;
    } else if (bound === undefined || before(place, bound)) bound = place;
  }
  if (ofBest === undefined || ofBest.byService.size === 1) return best;
  const seat = ofBest.byService.peek();
  const fair = seat?.peek();
  return fair === undefined || (bound !== undefined && before(bound, fair)) ? best : seat;
}

const startsBefore = (a: Seat, b: Seat): boolean => {
  const first = a.peek();
  const second = b.peek();
  return first !== undefined && second !== undefined && before(first, second);
};

const hadLess = (a: Seat, b: Seat): boolean =>
  a.tenant.service < b.tenant.service || (a.tenant.service === b.tenant.service && startsBefore(a, b));
