/** The number of slots. A power of two. */
const SIZE = 1_024;

/** The maximum length of a cached text, in characters. */
const LONGEST = 12;

/**
 * Caches the decoded form of short texts, since a model writes the same ones again and again: a hit costs a third of
 * decoding. Each hash has one slot, where a new text replaces the old one.
 */
export class ShortTexts {
  readonly #read: (text: string) => string | undefined;
  readonly #texts = new Array<string>(SIZE).fill('');
  readonly #meanings: (string | undefined)[];

  /** @param read Decodes a text. */
  constructor(read: (text: string) => string | undefined) {
    this.#read = read;
    this.#meanings = new Array<string | undefined>(SIZE).fill(read(''));
  }

  /**
   * The decoded form of ASCII bytes.
   *
   * @param hash Must be equal for equal texts.
   */
  of(bytes: Buffer, start: number, end: number, hash: number): string | undefined {
    const length = end - start;
    if (length > LONGEST) return this.#read(bytes.toString('latin1', start, end));
    const place = (hash ^ (hash >>> 10)) & (SIZE - 1);
    if (isAt(this.#texts[place] ?? '', bytes, start, end)) return this.#meanings[place];
    const text = bytes.toString('latin1', start, end);
    this.#texts[place] = text;
    return (this.#meanings[place] = this.#read(text));
  }
}

function isAt(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
