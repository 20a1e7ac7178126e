/** The number of slots in a window. */
const SLOTS = 240;

/** The number of slots that are kept beyond a window, since the server charges a request only when it arrives. */
const SPARE_SLOTS = 3;

/**
 * The charges within a sliding window, for servers that count them instead of refilling continuously.
 *
 * Charges are summed up in slots. A slot is dropped when a window and {@link SPARE_SLOTS} have passed since it began,
 * so that the server has dropped its charges before.
 */
export class WindowLog {
  readonly #slot: number;
  readonly #units = new Float64Array(SLOTS + SPARE_SLOTS);
  /** The number of the newest slot, counted from time 0, and its index in the array. */
  #newest = 0;
  #index = 0;
  /** When that slot began, in milliseconds. */
  #since = 0;
  #total = 0;

  /** @param window In milliseconds. */
  constructor(window: number) {
    this.#slot = window / SLOTS;
  }

  /** The units that still count. */
  used(now: number): number {
    this.#slide(now);
    return this.#total;
  }

  /** Adds units at a time, unless its slot was dropped. Negative units are given back. */
  add(units: number, at: number, now: number): void {
    this.#slide(now);
    // Most charges are made now, and finding a slot costs more than adding to it.
    const index = at >= this.#since ? this.#index : this.#indexOf(at);
    if (index < 0) return;
    this.#units[index] = (this.#units[index] ?? 0) + units;
    this.#total += units;
  }

  /** In how many milliseconds at most `units` still count, if nothing is added. */
  waitFor(units: number, now: number): number {
    this.#slide(now);
    let left = this.#total;
    const oldest = Math.max(0, this.#newest - this.#units.length + 1);
    for (let slot = oldest; left > units && slot <= this.#newest; slot++) {
      left -= this.#units[slot % this.#units.length] ?? 0;
      if (left <= units) return Math.ceil((slot + this.#units.length) * this.#slot - now);
    }
    return 0;
  }

  /** The index of the slot of a time, or -1 if it was dropped. */
  #indexOf(at: number): number {
    const slot = Math.floor(at / this.#slot);
    return slot <= this.#newest - this.#units.length ? -1 : slot % this.#units.length;
  }

  #slide(now: number): void {
    if (now < this.#since + this.#slot) return;
    const newest = Math.floor(now / this.#slot);
    const steps = Math.min(newest - this.#newest, this.#units.length);
    for (let step = 1; step <= steps; step++) {
      const index = (newest - steps + step) % this.#units.length;
      this.#total -= this.#units[index] ?? 0;
      this.#units[index] = 0;
    }
    this.#newest = Math.max(this.#newest, newest);
    this.#index = this.#newest % this.#units.length;
    this.#since = this.#newest * this.#slot;
  }
}
