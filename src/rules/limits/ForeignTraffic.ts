/** Over what time one estimate is made at least, in milliseconds. */
const WINDOW = 2_000;

/** How much of what was found in one such time counts. The first estimates count for more: there is nothing before. */
const GAIN = 0.2;

/** How much of the estimate is forgotten in such a time: what is not found again was not there to stay. */
const LEAK = 0.005;

/** How much of the largest lump is remembered with each answer that shows a smaller one. */
const LUMP_MEMORY = 0.98;

/** Which part of what flows in is believed to go to others at the most. */
const LARGEST_SHARE = 0.95;

/**
 * Estimates what others take from a bucket that several share: from what is missing in it again and again.
 */
export class ForeignTraffic {
  /** What others take, in units for each millisecond. */
  rate = 0;
  #lump = 0;
  #missing = 0;
  /** Whether all that others took was missing, and not only what they took beyond the estimate. */
  #isAll = false;
  #since: number;
  /** How many estimates were made. */
  #estimates = 0;

  /** @param now Milliseconds. */
  constructor(now: number) {
    this.#since = now;
  }

  /** The most that was missing at once lately, in units: others take it in lumps. */
  get lump(): number {
    return this.#lump;
  }

  /**
   * Notes how many units were missing, or, below zero, were there after all.
   *
   * @param isAll Whether that is all that others took, since what the estimate takes could not be seen in a full bucket.
   */
  note(units: number, isAll = false): void {
    this.#missing += units;
    this.#isAll ||= isAll;
    this.#lump = Math.max(units, this.#lump * LUMP_MEMORY);
  }

  /**
   * Renews the estimate when it is time to.
   *
   * @param inflow What flows into the bucket, in units for each millisecond.
   */
  renew(inflow: number, now: number): void {
    const elapsed = now - this.#since;
    if (elapsed < WINDOW) return;
    this.#estimates += 1;
    const windows = elapsed / WINDOW;
    const gain = Math.max(1 - (1 - GAIN) ** windows, 1 / (1 + this.#estimates));
    // One sudden burst says little of what is to come, so it counts for no more than all that flowed in.
    const found = Math.min(this.#missing / elapsed, inflow);
    const kept = this.#isAll ? 1 - gain : (1 - LEAK) ** windows;
    this.rate = Math.min(Math.max(0, this.rate * kept + found * gain), inflow * LARGEST_SHARE);
    this.#missing = 0;
    this.#isAll = false;
    this.#since = now;
  }
}
