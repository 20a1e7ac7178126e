/** An item of a {@link LinkedList}. It carries its own links, so it can be in only one list. */
export interface Linked<T> {
  previous: T | undefined;
  next: T | undefined;
}

/**
 * A list from which any item can be removed in constant time.
 *
 * Unlike a `Set`, it leaves nothing behind: engines keep the discarded tables of a set until the next major garbage
 * collection, with all their entries. An item that has left the list references none of the others.
 */
export class LinkedList<T extends Linked<T>> {
  #first: T | undefined;
  #last: T | undefined;

  get first(): T | undefined {
    return this.#first;
  }

  get last(): T | undefined {
    return this.#last;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let item = this.#first; item !== undefined; item = item.next) yield item;
  }

  push(item: T): void {
    const last = this.#last;
    item.previous = last;
    if (last === undefined) this.#first = item;
    else last.next = item;
    this.#last = item;
  }

  /** Removes an item of the list. */
  remove(item: T): void {
    const { previous, next } = item;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    item.previous = undefined;
    item.next = undefined;
  }
}
