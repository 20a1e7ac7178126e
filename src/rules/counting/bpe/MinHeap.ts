/** A heap of numbers, the smallest first. Its memory never shrinks. */
export class MinHeap {
  #keys: Float64Array<ArrayBuffer>;
  #size = 0;

  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  push(key: number): void {
    if (this.#size === this.#keys.length) {
      const larger = new Float64Array(2 * this.#size);
      larger.set(this.#keys);
      this.#keys = larger;
    }
    const keys = this.#keys;
    let at = this.#size++;
    while (at > 0) {
      const up = (at - 1) >> 2;
      const parent = keys[up] as number;
      if (parent <= key) break;
      keys[at] = parent;
      at = up;
    }
    keys[at] = key;
  }

  /** Removes the smallest number. The heap must not be empty. */
  pop(): number {
    const keys = this.#keys;
    const smallest = keys[0] as number;
    const size = --this.#size;
    const key = keys[size] as number;
    // Four children per parent: fewer levels, and siblings share a cache line.
    let at = 0;
    for (let first = 1; first < size; first = 4 * at + 1) {
      const end = Math.min(first + 4, size);
      let down = first;
      let child = keys[first] as number;
      for (let i = first + 1; i < end; i++) {
        const other = keys[i] as number;
        if (other < child) {
          child = other;
          down = i;
        }
      }
      if (child >= key) break;
      keys[at] = child;
      at = down;
    }
    keys[at] = key;
    return smallest;
  }
}
