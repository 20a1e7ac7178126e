import type { Ticket } from '../../model/Backlog.ts';
import type { Job } from '../../model/Job.ts';
import type { Priority } from '../../model/Priority.ts';
import { Heap } from './Heap.ts';
import { before, Line, type QueuePlace } from './Line.ts';

/** Somebody on whose behalf jobs wait. */
export interface Tenant<J extends Job> {
  /** How many tokens it was given, above what the others had when it came. */
  service: number;
  /** How many of its jobs wait. */
  waiting: number;
  /** Its jobs, by priority. A line without any waits here for the next. */
  readonly lines: Partial<Record<Priority, TenantLine<J>>>;
}

/** Where a tenant stands in a priority, with the job that it would send first. */
export interface Seat {
  /** Its places in its {@link PriorityClass}, or -1. */
  deadlineIndex: number;
  serviceIndex: number;
  readonly tenant: { readonly service: number };
  peek(): Ticket | undefined;
}

/** The tenants of one priority: by the deadline of their first job, and by what they have had. */
export interface PriorityClass<S> {
  readonly byDeadline: Heap<S>;
  readonly byService: Heap<S>;
}

/** Who takes a job out of its line, and puts in order what depends on it. */
export interface LineOwner<J extends Job> {
  leave(place: QueuePlace<J>): void;
}

/** The line of one tenant in one priority. */
export class TenantLine<J extends Job> extends Line<J> implements Seat {
  deadlineIndex = -1;
  serviceIndex = -1;
  readonly tenant: Tenant<J>;
  readonly priorityClass: PriorityClass<TenantLine<J>>;
  readonly owner: LineOwner<J>;
  /** What those who wait cost, in tokens. */
  #tokens = 0;

  constructor(tenant: Tenant<J>, priorityClass: PriorityClass<TenantLine<J>>, owner: LineOwner<J>) {
    super();
    this.tenant = tenant;
    this.priorityClass = priorityClass;
    this.owner = owner;
  }

  /** What its tenant will have had before the last of its jobs is through. */
  get serviceAtEnd(): number {
    return this.tenant.service + this.#tokens;
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

/** A priority in which nobody waits. */
export const priorityClass = <S extends Seat>(): PriorityClass<S> => ({
  byDeadline: new Heap<S>(startsBefore, (seat, index) => {
    seat.deadlineIndex = index;
  }),
  byService: new Heap<S>(hadLess, (seat, index) => {
    seat.serviceIndex = index;
  }),
});

/** Puts somebody where they belong in their priority, after their first job has changed. */
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
 * Whose turn it is: the earliest deadline's, or in its priority that of the one who has had the fewest tokens, as long
 * as that does not go before an earlier deadline of another priority.
 */
export function nextTurn<S extends Seat>(classes: readonly PriorityClass<S>[]): S | undefined {
  let best: S | undefined;
  let first: Ticket | undefined;
  let ofBest: PriorityClass<S> | undefined;
  /** The first of all other priorities. */
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
