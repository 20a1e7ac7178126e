import type { CountText } from './CountText.ts';

/** In UTF-16 units. Shorter texts are counted as quickly as they are found. */
const MIN_LENGTH = 64;

/**
 * Remembers the counts of texts, so that a conversation which is counted again after one more message costs no more
 * than the new one, whether the caller kept the other messages or made them anew.
 *
 * It holds two generations of texts: what is asked for moves to the younger, and when that is full, it becomes the
 * older, and the older is dropped. So it never holds more than twice its capacity, and a look-up moves nothing about.
 */
export class CountCache {
  readonly #count: CountText;
  readonly #capacity: number;
  #younger = new Map<string, number>();
  #older = new Map<string, number>();
  /** The length of all texts of the younger generation. */
  #length = 0;

  /**
   * @param count What is remembered.
   * @param capacity How much text each of the two generations holds, in UTF-16 units.
   */
  constructor(count: CountText, capacity: number) {
    this.#count = count;
    this.#capacity = capacity;
  }

  /** Counts a text, or remembers how many tokens it had. */
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
