import type { Job } from '../../model/Job.ts';
import type { Priority } from '../../model/Priority.ts';
import { Heap } from './Heap.ts';
import { before, Line, type Place } from './Line.ts';

/** Somebody on whose behalf jobs wait. */
export interface Tenant<J extends Job> {
  /** How many tokens it was given, above what the others had when it came. */
  service: number;
  /** How many of its jobs wait. */
  waiting: number;
  /** Its jobs, by priority. A line without any waits here for the next. */
  readonly lines: Partial<Record<Priority, TenantLine<J>>>;
}

/** The lines of one priority: by the deadline of their first job, and by what their tenant has had. */
export interface Level<J extends Job> {
  readonly byDeadline: Heap<TenantLine<J>>;
  readonly byService: Heap<TenantLine<J>>;
}

/** Who takes a job out of its line, and puts in order what depends on it. */
export interface LineOwner<J extends Job> {
  leave(place: Place<J>): void;
}

/** The line of one tenant in one priority. */
export class TenantLine<J extends Job> extends Line<J> {
  readonly tenant: Tenant<J>;
  readonly level: Level<J>;
  readonly owner: LineOwner<J>;

  constructor(tenant: Tenant<J>, level: Level<J>, owner: LineOwner<J>) {
    super();
    this.tenant = tenant;
    this.level = level;
    this.owner = owner;
  }
}

/** A priority in which nobody waits. */
export const level = <J extends Job>(): Level<J> => ({
  byDeadline: new Heap<TenantLine<J>>(startsBefore, (line, index) => {
    line.deadlineIndex = index;
  }),
  byService: new Heap<TenantLine<J>>(hadLess, (line, index) => {
    line.serviceIndex = index;
  }),
});

const startsBefore = <J extends Job>(a: Line<J>, b: Line<J>): boolean => {
  const first = a.peek();
  const second = b.peek();
  return first !== undefined && second !== undefined && before(first, second);
};

const hadLess = <J extends Job>(a: TenantLine<J>, b: TenantLine<J>): boolean =>
  a.tenant.service < b.tenant.service || (a.tenant.service === b.tenant.service && startsBefore(a, b));
