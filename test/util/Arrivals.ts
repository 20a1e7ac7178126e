/** A list that grows over time, each item of which can be awaited. */
export class Arrivals<T> {
  readonly all: T[] = [];
  readonly #waiting = new Map<number, ((item: T) => void)[]>();

  get length(): number {
    return this.all.length;
  }

  add(item: T): void {
    const index = this.all.push(item) - 1;
    for (const resolve of this.#waiting.get(index) ?? []) resolve(item);
    this.#waiting.delete(index);
  }

  /** The item at an index, as soon as it is added. */
  at(index: number): Promise<T> {
    const item = this.all[index];
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => {
      this.#waiting.set(index, [...(this.#waiting.get(index) ?? []), resolve]);
    });
  }
}
