/** In bytes. Longer pieces are rare, and one would push out many others. */
const MAX_LENGTH = 512;
/** A power of two. */
const SLOTS = 8_192;
/** In bytes: a power of two. */
const RING = 262_144;

/**
 * Remembers how many tokens a piece has, for those that had to be merged: names, rare words and whole sentences of
 * languages without blanks, which come again and again.
 *
 * Its size is fixed, 0.4 MB. The bytes of the pieces lie in a ring, where the newest overwrite the oldest, and are
 * compared, so that two pieces of one hash are never taken for each other.
 */
export class PieceCache {
  readonly #ring = new Uint8Array(RING);
  /** Where a piece was put, counted over all rounds, so that it is known when it has been overwritten. */
  readonly #places = new Float64Array(SLOTS).fill(-RING);
  readonly #lengths = new Uint16Array(SLOTS);
  readonly #counts = new Uint16Array(SLOTS);
  #head = 0;

  /** How many tokens `bytes` from `from` up to `to` have, or 0 when that is not remembered. */
  get(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const slot = slotOf(hash);
    const place = this.#places[slot] as number;
    if (this.#lengths[slot] !== to - from || place + RING < this.#head) return 0;
    const offset = (place % RING) - from;
    for (let i = from; i < to; i++) if (this.#ring[offset + i] !== bytes[i]) return 0;
    return this.#counts[slot] as number;
  }

  set(bytes: Uint8Array, from: number, to: number, hash: number, count: number): void {
    const length = to - from;
    if (length > MAX_LENGTH) return;
    // A piece lies in one: what is left at the end of the ring is skipped.
    const left = RING - (this.#head % RING);
    if (left < length) this.#head += left;
    const offset = (this.#head % RING) - from;
    for (let i = from; i < to; i++) this.#ring[offset + i] = bytes[i] as number;
    const slot = slotOf(hash);
    this.#places[slot] = this.#head;
    this.#lengths[slot] = length;
    this.#counts[slot] = count;
    this.#head += length;
  }
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
