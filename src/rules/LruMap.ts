/** How many of the oldest entries are checked when one is added: more than one, so that a map can shrink. */
const LOOKED_AT = 2;

/** A map of limited size. A new entry replaces the least recently used one, unless that is in use. */
export class LruMap<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #max: number;
  readonly #isFree: (value: V) => boolean;

  /**
   * @param max The size above which entries that are not in use are removed.
   * @param isFree Whether a value is not in use. @default () => true
   */
  constructor(max: number, isFree: (value: V) => boolean = () => true) {
    this.#max = max;
    this.#isFree = isFree;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value of a key, without marking it as used. */
  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  /** Sets the value of a key, and marks it as used. */
  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    for (let looked = 0; looked < LOOKED_AT && this.size > this.#max; looked++) this.#evict();
  }

  #evict(): void {
    const [oldest] = this.#entries;
    if (oldest === undefined) return;
    const [key, value] = oldest;
    this.#entries.delete(key);
    // A value in use counts as used just now.
    if (!this.#isFree(value)) this.#entries.set(key, value);
  }
}
