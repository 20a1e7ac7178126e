/**
 * An ASCII text that bytes are compared with, eight at a time as a double: engines read eight bytes from any address as
 * fast as one. As a double, eight ASCII characters are never zero or NaN, so two are equal only if all their bits are.
 */
export class Stencil {
  readonly length: number;
  /** The characters after the last group of eight. */
  readonly #rest: string;
  /** A plain array, since creating a typed array takes longer than a short answer uses it. */
  readonly #words: number[];

  /** @param ascii Only characters with codes from 1 to 126. */
  constructor(ascii: string) {
    const { length } = ascii;
    const bytes = Buffer.from(ascii, 'latin1');
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    this.length = length;
    this.#words = new Array<number>(length >> 3);
    for (let i = 0; i < this.#words.length; i++) this.#words[i] = view.getFloat64(8 * i);
    this.#rest = ascii.slice(8 * this.#words.length);
  }

  /** Whether the bytes at a position are this text. */
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
