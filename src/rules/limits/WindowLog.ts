/** Into how many slots a window is cut. */
const SLOTS = 240;

/** For how many slots more than a window is remembered, since a request is charged when it arrives and not before. */
const SPARE_SLOTS = 3;

/**
 * What was charged within a window that slides along, for servers that count instead of letting flow back.
 *
 * It is kept in slots, and a slot is forgotten only when a whole window and {@link SPARE_SLOTS} have passed since its
 * beginning, so that the server has forgotten it before.
 */
export class WindowLog {
  readonly #slot: number;
  readonly #units = new Float64Array(SLOTS + SPARE_SLOTS);
  /** The number of the newest slot, counted from the beginning of time, and where it is kept. */
  #newest = 0;
  #index = 0;
  /** When it began, in milliseconds. */
  #since = 0;
  #total = 0;

  /** @param window In milliseconds. */
  constructor(window: number) {
    this.#slot = window / SLOTS;
  }

  /** What is still counted. */
  used(now: number): number {
    this.#slide(now);
    return this.#total;
  }

  /** Counts units at a moment, or, below zero, takes them back if that moment is still counted. */
  add(units: number, at: number, now: number): void {
    this.#slide(now);
    // Most come right now, and to find their slot costs more than to count them.
    const index = at >= this.#since ? this.#index : this.#indexOf(at);
    if (index < 0) return;
    this.#units[index] = (this.#units[index] ?? 0) + units;
    this.#total += units;
  }

  /** In how many milliseconds no more than so many units are counted, when nothing is added. */
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

  /** Where the slot of a moment is kept, or -1 when it is forgotten. */
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
