/**
 * Characters of ASCII that bytes are compared with, eight at a time: engines read eight bytes from any address as fast
 * as one. Read as a number, no eight characters of ASCII are zero or not a number, so two are equal only when all
 * their bits are.
 */
export class Stencil {
  readonly length: number;
  /** The characters after the last eight. */
  readonly #rest: string;
  /** In an array of the engine's own: a typed one takes longer to make than it is used for in a short answer. */
  readonly #words: number[];

  /** @param ascii No character but those from 1 to 126. */
  constructor(ascii: string) {
    const { length } = ascii;
    const bytes = Buffer.from(ascii, 'latin1');
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    this.length = length;
    this.#words = new Array<number>(length >> 3);
    for (let i = 0; i < this.#words.length; i++) this.#words[i] = view.getFloat64(8 * i);
    this.#rest = ascii.slice(8 * this.#words.length);
  }

  /** Whether the bytes from a position on are these. */
  fits(bytes: DataView, position: number): boolean {
    const { length } = this;
    if (position + length > bytes.byteLength) return false;
    const words = this.#words;
    let at = position;
    for (let i = 0; i < words.length; i++, at += 8) if (bytes.getFloat64(at) !== words[i]) return false;
    const rest = this.#rest;
    for (let i = 0; i < rest.length; i++, at++) if (bytes.getUint8(at) !== rest.charCodeAt(i)) return false;
    return true;
  }
}
