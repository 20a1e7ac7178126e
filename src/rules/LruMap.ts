/** How many of the oldest entries are looked at when one is added: more than one, so that a map shrinks again. */
const LOOKED_AT = 2;

/** A map of so many entries. One more takes the place of the one that was used longest ago, as far as that is free. */
export class LruMap<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #max: number;
  readonly #isFree: (value: V) => boolean;

  /**
   * @param max How many entries that are not needed are kept.
   * @param isFree Whether a value is not needed just now. @default () => true
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

  /** Uses a key, for a value. */
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
    // It is as good as used.
    if (!this.#isFree(value)) this.#entries.set(key, value);
  }
}
