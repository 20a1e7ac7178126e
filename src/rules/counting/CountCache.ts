import type { CountText } from './CountText.ts';

/** The minimum length of a cached text, in UTF-16 units. Shorter texts are counted as fast as they are looked up. */
const MIN_LENGTH = 64;

/**
 * Caches the counts of texts, so that counting a conversation again after one more message costs only as much as the
 * new message. Texts are compared by value, so the caller may recreate the messages.
 *
 * The cache has two generations. A text that is looked up moves to the younger one; when that is full, it becomes the
 * older one, and the previous older one is dropped. So the cache holds at most twice its capacity, and keeps no order
 * of use.
 */
export class CountCache {
  readonly #count: CountText;
  readonly #capacity: number;
  #younger = new Map<string, number>();
  #older = new Map<string, number>();
  /** The length of all texts of the younger generation. */
  #length = 0;

  /**
   * @param count Counts a text that is not cached.
   * @param capacity The length of all texts in one generation, in UTF-16 units.
   */
  constructor(count: CountText, capacity: number) {
    this.#count = count;
    this.#capacity = capacity;
  }

  /** The number of tokens of a text, from the cache if possible. */
  count(text: string): number {
    if (text.length < MIN_LENGTH || text.length > this.#capacity) return this.#count(text);
    const known = this.#younger.get(text);
    if (known !== undefined) return known;
    const tokens = this.#older.get(text) ?? this.#count(text);
    if (this.#length + text.length > this.#capacity) {
      this.#older = this.#younger;
      this.#younger = new Map();
      this.#length = 0;
    }
    this.#younger.set(text, tokens);
    this.#length += text.length;
    return tokens;
  }
}
