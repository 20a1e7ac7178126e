/** How many are remembered. A power of two. */
const SIZE = 1_024;

/** How long they are at the most, in characters. */
const LONGEST = 12;

/**
 * Remembers short texts, of which a model writes the same again and again: to find one that is there costs a third of
 * making it anew. Those that are in each other's place drive each other out.
 */
export class ShortTexts {
  readonly #texts = new Array<string>(SIZE).fill('');

  /**
   * The text that bytes of ASCII are.
   *
   * @param hash The same for the same text.
   */
  of(bytes: Buffer, start: number, end: number, hash: number): string {
    const length = end - start;
    if (length > LONGEST) return bytes.toString('latin1', start, end);
    const place = (hash ^ (hash >>> 10)) & (SIZE - 1);
    const known = this.#texts[place] ?? '';
    return isAt(known, bytes, start, end) ? known : (this.#texts[place] = bytes.toString('latin1', start, end));
  }
}

function isAt(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
