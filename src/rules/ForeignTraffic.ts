/** Over what time one estimate is made, in milliseconds. */
const WINDOW = 2_000;

/** How much of what was found in one such time counts at once. */
const GAIN = 0.2;

/** How much of the estimate is forgotten each time: what is not found again and again was not there to stay. */
const LEAK = 0.02;

/** Which part of what flows in is believed to go to others at the most. */
const LARGEST_SHARE = 0.95;

/**
 * Estimates what others take from a bucket that several share: from what is missing in it again and again.
 */
export class ForeignTraffic {
  /** What others take, in units for each millisecond. */
  rate = 0;
  #missing = 0;
  #since: number;

  /** @param now Milliseconds. */
  constructor(now: number) {
    this.#since = now;
  }

  /** Notes how many units were missing, or, below zero, were there after all. */
  note(units: number): void {
    this.#missing += units;
  }

  /**
   * Renews the estimate when it is time to.
   *
   * @param inflow What flows into the bucket, in units for each millisecond.
   */
  renew(inflow: number, now: number): void {
    const elapsed = now - this.#since;
    if (elapsed < WINDOW) return;
    // One sudden burst says little of what is to come, so it counts for no more than all that flowed in.
    const found = Math.min(this.#missing / elapsed, inflow);
    const kept = this.rate * (1 - LEAK) ** (elapsed / WINDOW);
    this.rate = Math.min(Math.max(0, kept + found * GAIN), inflow * LARGEST_SHARE);
    this.#missing = 0;
    this.#since = now;
  }
}
