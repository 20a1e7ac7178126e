/**
 * A binary heap that can also lose an item from its middle.
 *
 * Items are notified of their index, so removing one needs no search. Items that arrive in order cost nothing to sort.
 */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;
  readonly #place: (item: T, index: number) => void;

  /**
   * @param before Whether `a` comes before `b`.
   * @param place Called with the new index of an item whenever it changes; -1 when the item has left.
   */
  constructor(before: (a: T, b: T) => boolean, place: (item: T, index: number) => void) {
    this.#before = before;
    this.#place = place;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  /** In no particular order. */
  [Symbol.iterator](): Iterator<T> {
    return this.#items.values();
  }

  /** Iterates in order. Only what is iterated is sorted, and nothing may be added or removed meanwhile. */
  *inOrder(): Generator<T, undefined> {
    const items = this.#items;
    // An item comes after its parent, so these are the only ones that may come next.
    const next = new Heap<number>(
      (a, b) => this.#before(items[a] as T, items[b] as T),
      () => undefined,
    );
    if (items.length > 0) next.push(0);
    for (let index = next.peek(); index !== undefined; index = next.peek()) {
      next.removeAt(0);
      yield items[index] as T;
      for (const child of [2 * index + 1, 2 * index + 2]) if (child < items.length) next.push(child);
    }
    return undefined;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** Removes the item at an index. */
  removeAt(index: number): void {
    const items = this.#items;
    const gone = items[index];
    if (gone === undefined) return;
    const last = items.pop() as T;
    this.#place(gone, -1);
    if (index < items.length) this.#settle(last, index);
  }

  /** Restores the order after the item at an index has changed. */
  update(index: number): void {
    const item = this.#items[index];
    if (item !== undefined && this.#items.length > 1) this.#settle(item, index);
  }

  #settle(item: T, index: number): void {
    const parent = this.#items[(index - 1) >> 1];
    if (index > 0 && parent !== undefined && this.#before(item, parent)) this.#rise(item, index);
    else this.#sink(item, index);
  }

  #rise(item: T, from: number): void {
    const items = this.#items;
    let index = from;
    while (index > 0) {
      const up = (index - 1) >> 1;
      const parent = items[up] as T;
      if (!this.#before(item, parent)) break;
      items[index] = parent;
      this.#place(parent, index);
      index = up;
    }
    items[index] = item;
    this.#place(item, index);
  }

  #sink(item: T, from: number): void {
    const items = this.#items;
    const end = items.length;
    let index = from;
    for (;;) {
      let down = 2 * index + 1;
      if (down >= end) break;
      if (down + 1 < end && this.#before(items[down + 1] as T, items[down] as T)) down += 1;
      const child = items[down] as T;
      if (!this.#before(child, item)) break;
      items[index] = child;
      this.#place(child, index);
      index = down;
    }
    items[index] = item;
    this.#place(item, index);
  }
}
