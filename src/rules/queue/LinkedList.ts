/** What stands in a {@link LinkedList}. It carries its own links, so it can stand in one only. */
export interface Linked<T> {
  previous: T | undefined;
  next: T | undefined;
}

/**
 * A list from which anything can be taken out at once, wherever it stands.
 *
 * Beside a `Set`, it leaves nothing behind: the tables that a set gives up while things come and go are kept by engines
 * until the next thorough collection, with all that stood in them. What has left the list is tied to none of the others.
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

  /** Takes out an item that is in. */
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
