/** The minimum time that an estimate covers, in milliseconds. */
const WINDOW = 2_000;

/** The weight of the usage found per {@link WINDOW}. The first estimates weigh more: nothing precedes them. */
const GAIN = 0.2;

/** The fraction of the estimate that is forgotten per {@link WINDOW}: usage that is not found again may have ended. */
const LEAK = 0.005;

/** The factor by which the largest lump decays with each answer that shows a smaller one. */
const LUMP_MEMORY = 0.98;

/** The largest fraction of the refill that is attributed to others. */
const LARGEST_SHARE = 0.95;

/** Estimates how much others use of a shared bucket, from the units that answers show to be missing. */
export class ForeignTraffic {
  /** The estimated usage by others, in units per millisecond. */
  rate = 0;
  #lump = 0;
  #missing = 0;
  /** Whether the missing units are all that others used, and not only the part beyond the estimate. */
  #isAll = false;
  #since: number;
  /** The number of estimates so far. */
  #estimates = 0;

  /** @param now Milliseconds. */
  constructor(now: number) {
    this.#since = now;
  }

  /** The most that an answer has recently shown to be missing, in units. */
  get lump(): number {
    return this.#lump;
  }

  /**
   * Notes missing units. Negative units were assumed to be missing, but were not.
   *
   * @param isAll Whether these are all that others used: while the bucket is full, the estimate has no effect on its
   * level.
   */
  note(units: number, isAll = false): void {
    this.#missing += units;
    this.#isAll ||= isAll;
    this.#lump = Math.max(units, this.#lump * LUMP_MEMORY);
  }

  /**
   * Renews the estimate if {@link WINDOW} milliseconds have passed since the last time.
   *
   * @param inflow The refill rate of the bucket, in units per millisecond.
   */
  renew(inflow: number, now: number): void {
    const elapsed = now - this.#since;
    if (elapsed < WINDOW) return;
    this.#estimates += 1;
    const windows = elapsed / WINDOW;
    const gain = Math.max(1 - (1 - GAIN) ** windows, 1 / (1 + this.#estimates));
    // A single burst does not predict usage, so no more than the refill counts.
    const found = Math.min(this.#missing / elapsed, inflow);
    const kept = this.#isAll ? 1 - gain : (1 - LEAK) ** windows;
    this.rate = Math.min(Math.max(0, this.rate * kept + found * gain), inflow * LARGEST_SHARE);
    this.#missing = 0;
    this.#isAll = false;
    this.#since = now;
  }
}
