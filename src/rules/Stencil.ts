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
  /** The memory that was looked at last: what is read at once is cut into pieces that share it. */
  #view: DataView;

  /** @param ascii No character but those from 1 to 126. */
  constructor(ascii: string) {
    const bytes = Buffer.from(ascii, 'latin1');
    const view = new DataView(bytes.buffer);
    const { byteOffset } = bytes;
    this.length = bytes.length;
    this.#words = Float64Array.from({ length: bytes.length >> 3 }, (_, i) => view.getFloat64(byteOffset + 8 * i));
    this.#rest = bytes.subarray(8 * this.#words.length);
    this.#view = view;
  }

  /** Whether the bytes at a position are these. */
  fits(bytes: Uint8Array, position: number): boolean {
    if (position + this.length > bytes.length) return false;
    if (this.#view.buffer !== bytes.buffer) this.#view = new DataView(bytes.buffer);
    const view = this.#view;
    const words = this.#words;
    const rest = this.#rest;
    let at = bytes.byteOffset + position;
    for (let i = 0; i < words.length; i++, at += 8) if (view.getFloat64(at) !== words[i]) return false;
    const restAt = position + 8 * words.length;
    for (let i = 0; i < rest.length; i++) if (bytes[restAt + i] !== rest[i]) return false;
    return true;
  }
}
