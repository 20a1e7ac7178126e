/** How many are remembered. A power of two. */
const SIZE = 1_024;

/** How long they are at the most, in characters. */
const LONGEST = 12;

/**
 * Remembers what short texts stand for, of which a model writes the same again and again: to find one that is there
 * costs a third of making it anew. Those that are in each other's place drive each other out.
 */
export class ShortTexts {
  readonly #read: (text: string) => string | undefined;
  readonly #texts = new Array<string>(SIZE).fill('');
  readonly #meanings: (string | undefined)[];

  /** @param read Tells what a text stands for. */
  constructor(read: (text: string) => string | undefined) {
    this.#read = read;
    this.#meanings = new Array<string | undefined>(SIZE).fill(read(''));
  }

  /**
   * What the text stands for that bytes of ASCII are.
   *
   * @param hash The same for the same text.
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
