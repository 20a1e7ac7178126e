import type { Ticket } from '../../model/Backlog.ts';
import type { Job } from '../../model/Job.ts';
import { Heap } from './Heap.ts';
import { type Linked, LinkedList } from './LinkedList.ts';

/** A ticket with its links, so that the structures that hold it can remove it without a search. */
export interface QueuePlace<J extends Job> extends Ticket<J>, Linked<QueuePlace<J>> {
  /** Absent after it has left. */
  line: Line<J> | undefined;
  /** Its index among the jobs that returned late, or -1. */
  lateIndex: number;
  /** Its index among the same jobs, latest first, or -1. */
  latestIndex: number;
  /** Its index among the jobs that expire, or -1. */
  expiryIndex: number;
}

/** Earlier deadline first; of two equals the one that arrived first. */
export const before = (a: Ticket, b: Ticket): boolean =>
  a.deadline < b.deadline || (a.deadline === b.deadline && a.job.seq < b.job.seq);

/**
 * The waiting jobs of one tenant in one priority. They mostly arrive in order, so they are in a linked list, whose cost
 * does not depend on its length; jobs that return with an old deadline, such as retries, are in a separate heap.
 */
export class Line<J extends Job> {
  readonly #list = new LinkedList<QueuePlace<J>>();
  #late: Heap<QueuePlace<J>> | undefined;
  /** The same jobs, latest first, once the last job was asked for. */
  #latest: Heap<QueuePlace<J>> | undefined;

  peek(): QueuePlace<J> | undefined {
    const late = this.#late?.peek();
    const { first } = this.#list;
    return late === undefined ? first : first === undefined || before(late, first) ? late : first;
  }

  /** The job that would come last. */
  last(): QueuePlace<J> | undefined {
    const { last } = this.#list;
    const latest = this.#latestOf(this.#late)?.peek();
    return last === undefined || (latest !== undefined && before(last, latest)) ? latest : last;
  }

  add(place: QueuePlace<J>): void {
    place.line = this;
    const { last } = this.#list;
    if (last !== undefined && before(place, last)) {
      this.#late ??= new Heap<QueuePlace<J>>(before, (item, index) => {
        item.lateIndex = index;
      });
      this.#late.push(place);
      this.#latest?.push(place);
      return;
    }
    this.#list.push(place);
  }

  /** Iterates from the earliest deadline to the last. */
  *[Symbol.iterator](): Iterator<QueuePlace<J>, undefined> {
    const late = this.#late?.inOrder();
    let next = late?.next().value;
    for (const place of this.#list) {
      for (; next !== undefined && before(next, place); next = late?.next().value) yield next;
      yield place;
    }
    for (; next !== undefined; next = late?.next().value) yield next;
  }

  remove(place: QueuePlace<J>): void {
    place.line = undefined;
    if (place.lateIndex < 0) {
      this.#list.remove(place);
      return;
    }
    this.#late?.removeAt(place.lateIndex);
    this.#latest?.removeAt(place.latestIndex);
  }

  #latestOf(late: Heap<QueuePlace<J>> | undefined): Heap<QueuePlace<J>> | undefined {
    if (late === undefined || this.#latest !== undefined) return this.#latest;
    this.#latest = new Heap<QueuePlace<J>>(
      (a, b) => before(b, a),
      (item, index) => {
        item.latestIndex = index;
      },
    );
    for (const place of late) this.#latest.push(place);
    return this.#latest;
  }
}
