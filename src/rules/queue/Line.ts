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

  peek(): QueuePlace<J> | undefined {
    const late = this.#late?.peek();
    const { first } = this.#list;
    return late === undefined ? first : first === undefined || before(late, first) ? late : first;
  }

  /** The job that would come last. */
  last(): QueuePlace<J> | undefined {
    let { last } = this.#list;
    for (const late of this.#late ?? []) if (last === undefined || before(last, late)) last = late;
    return last;
  }

  add(place: QueuePlace<J>): void {
    place.line = this;
    const { last } = this.#list;
    if (last !== undefined && before(place, last)) {
      this.#late ??= new Heap<QueuePlace<J>>(before, (item, index) => {
        item.lateIndex = index;
      });
      this.#late.push(place);
      return;
    }
    this.#list.push(place);
  }

  /** Iterates from the earliest deadline to the last. */
  *[Symbol.iterator](): Iterator<QueuePlace<J>, undefined> {
    const late = [...(this.#late ?? [])].sort((a, b) => (before(a, b) ? -1 : 1));
    let i = 0;
    for (const place of this.#list) {
      for (let next = late[i]; next !== undefined && before(next, place); next = late[++i]) yield next;
      yield place;
    }
    yield* late.slice(i);
  }

  remove(place: QueuePlace<J>): void {
    place.line = undefined;
    if (place.lateIndex >= 0) this.#late?.removeAt(place.lateIndex);
    else this.#list.remove(place);
  }
}
