import type { Ticket } from '../../model/Backlog.ts';
import type { Job } from '../../model/Job.ts';
import { Heap } from './Heap.ts';
import { before, type QueuePlace } from './Line.ts';
import type { PriorityClass, TenantLine } from './PriorityClass.ts';

/** The tenants of one priority, those first whose jobs come last: by deadline, and by turns. */
interface ClassEnds<J extends Job> {
  readonly byDeadline: Heap<TenantLine<J>>;
  readonly byTurns: Heap<TenantLine<J>>;
}

/** Finds the job of a queue that would start last, without looking at all of its tenants. */
export class Ends<J extends Job> {
  /** Most urgent priority first. */
  readonly #classes: ReadonlyMap<PriorityClass<TenantLine<J>>, ClassEnds<J>>;

  constructor(classes: readonly PriorityClass<TenantLine<J>>[]) {
    this.#classes = new Map(classes.map((each) => [each, classEnds()]));
    for (const { byDeadline } of classes) {
      for (const line of byDeadline) this.update(line);
    }
  }

  /** The job that would start last: of the last priority, by the turns of its tenants. */
  last(): Ticket<J> | undefined {
    let last: QueuePlace<J> | undefined;
    let longest: TenantLine<J> | undefined;
    for (const { byDeadline, byTurns } of this.#classes.values()) {
      const ofClass = byDeadline.peek()?.last();
      if (ofClass === undefined || (last !== undefined && !before(last, ofClass))) continue;
      last = ofClass;
      longest = byTurns.peek();
    }
    return longest?.last();
  }

  /** Restores the place of a tenant after its jobs in a priority, or the tokens that it was granted, have changed. */
  update(line: TenantLine<J>): void {
    const ends = this.#classes.get(line.priorityClass);
    if (ends === undefined) return;
    const { byDeadline, byTurns } = ends;
    if (line.last() === undefined) {
      byDeadline.removeAt(line.lastIndex);
      byTurns.removeAt(line.turnsIndex);
    } else if (line.lastIndex < 0) {
      byDeadline.push(line);
      byTurns.push(line);
    } else {
      byDeadline.update(line.lastIndex);
      byTurns.update(line.turnsIndex);
    }
  }
}

const classEnds = <J extends Job>(): ClassEnds<J> => ({
  byDeadline: new Heap<TenantLine<J>>(isLater, (line, index) => {
    line.lastIndex = index;
  }),
  byTurns: new Heap<TenantLine<J>>(endsAfter, (line, index) => {
    line.turnsIndex = index;
  }),
});

/** Whether the last job of a tenant has a later deadline than that of another tenant. */
function isLater<J extends Job>(a: TenantLine<J>, b: TenantLine<J>): boolean {
  const [last, other] = [a.last(), b.last()];
  return last !== undefined && other !== undefined && before(other, last);
}

/** Whether the last job of a tenant starts after that of another tenant of the same priority. */
const endsAfter = <J extends Job>(a: TenantLine<J>, b: TenantLine<J>): boolean =>
  a.serviceAtEnd > b.serviceAtEnd || (a.serviceAtEnd === b.serviceAtEnd && isLater(a, b));
