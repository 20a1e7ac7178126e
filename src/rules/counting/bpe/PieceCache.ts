/** The maximum length of a cached piece, in bytes. Longer pieces are rare, and would displace many others. */
const MAX_LENGTH = 512;
/** The number of slots: a power of two. */
const SLOTS = 8_192;
/** The size of the ring buffer, in bytes: a power of two. */
const RING = 262_144;

/**
 * Caches the number of tokens of pieces that had to be merged: names, rare words and whole sentences of languages
 * without spaces, which occur repeatedly.
 *
 * Its size is fixed: 0.4 MB. The bytes of the pieces are in a ring buffer, where the newest overwrite the oldest. They
 * are compared on each look-up, so a hash collision never gives a wrong count.
 */
export class PieceCache {
  readonly #ring = new Uint8Array(RING);
  /** The position of each piece, counted over all rounds of the ring, which shows whether it was overwritten. */
  readonly #places = new Float64Array(SLOTS).fill(-RING);
  readonly #lengths = new Uint16Array(SLOTS);
  readonly #counts = new Uint16Array(SLOTS);
  #head = 0;

  /** The number of tokens of `bytes` from `from` up to `to`, or 0 if it is not cached. */
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
    // A piece must be contiguous: a rest of the ring that is too short is skipped.
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
