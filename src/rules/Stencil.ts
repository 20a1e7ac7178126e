/**
 * Characters of ASCII that bytes are compared with, eight at a time: engines read eight bytes from any address as fast
 * as one. Read as a number, no eight characters of ASCII are zero or not a number, so two are equal only when all
 * their bits are.
 */
export class Stencil {
  readonly length: number;
  readonly #words: Float64Array;
  /** Those after the last word. */
  readonly #rest: Uint8Array;

  /** @param ascii No character but those from 1 to 126. */
  constructor(ascii: string) {
    const bytes = Uint8Array.from(ascii, (character) => character.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    this.length = bytes.length;
    this.#words = Float64Array.from({ length: bytes.length >> 3 }, (_, i) => view.getFloat64(8 * i));
    this.#rest = bytes.subarray(8 * this.#words.length);
  }

  /** Whether the bytes from a position on are these. */
  fits(bytes: DataView, position: number): boolean {
    if (position + this.length > bytes.byteLength) return false;
    const words = this.#words;
    const rest = this.#rest;
    let at = position;
    for (let i = 0; i < words.length; i++, at += 8) if (bytes.getFloat64(at) !== words[i]) return false;
    for (let i = 0; i < rest.length; i++, at++) if (bytes.getUint8(at) !== rest[i]) return false;
    return true;
  }
}
