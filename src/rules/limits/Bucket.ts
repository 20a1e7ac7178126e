/** The time after which a sent request counts as arrived even without an answer, in milliseconds. */
export const LONGEST_WAY = 1_000;

/**
 * Our copy of one of the server's buckets: a level that refills continuously and may be negative.
 *
 * Usage by others aside, the level never exceeds the server's, whatever the delay and order of messages. Two losses
 * would break that. While a charge is in transit, the server's bucket may still be full, so that its refill is lost;
 * therefore our level refills only up to the limit less all charges in transit. A full bucket loses refunds too;
 * therefore a refund counts only if the bucket was not full since the server charged the request.
 *
 * The level is stored in units × milliseconds of the window, so each whole millisecond adds an integer, and rounding
 * errors do not accumulate over a day.
 */
export class Bucket {
  /** The time in which it refills completely, in milliseconds. */
  readonly window: number;
  /** Its size, in units. */
  limit: number;
  /** The number of the event at which it was last full, or -1. The owner numbers the events. */
  fullAt = -1;
  /** The estimated usage by others, in units per millisecond. */
  foreign = 0;
  /** Until when that estimate applies unless it is renewed, in milliseconds. */
  foreignUntil = Infinity;
  #level: number;
  /** The charges that may still be in transit to the server. */
  #travelling = 0;
  /**
   * How much lower the level may be than the server's: the usage attributed to others, and charges that may not have
   * been used.
   */
  #withheld = 0;
  #at: number;

  /**
   * @param window The time in which it refills completely, in milliseconds.
   * @param limit Its size, in units.
   * @param now Milliseconds of a monotonic clock.
   */
  constructor(window: number, limit: number, now: number) {
    this.window = window;
    this.limit = limit;
    this.#level = limit * this.window;
    this.#at = now;
  }

  /** The level, in units. */
  get level(): number {
    return this.#level / this.window;
  }

  /** The refill that others leave, but at least 1 % of it, in units per millisecond. */
  get rate(): number {
    return this.#inflow / this.window;
  }

  /** The refill less the usage by others, in units per window. Negative if others use more than flows in. */
  get #flow(): number {
    return this.limit - this.foreign * this.window;
  }

  get #inflow(): number {
    return Math.max(this.#flow, this.limit / 100);
  }

  /**
   * Adds the refill since the last call, less the usage by others.
   *
   * @param event The number of the current event, which is kept if the bucket is full.
   */
  refill(now: number, event: number): void {
    const lid = this.limit * this.window - this.#travelling;
    const elapsed = now - this.#at;
    // A clock that goes back adds nothing.
    if (elapsed > 0) {
      const believed = Math.min(elapsed, Math.max(0, this.foreignUntil - this.#at));
      const level = this.#level;
      this.#at = now;
      // Others cannot use anything from an empty bucket.
      const drained = Math.max(level + this.#flow * believed, Math.min(level, 0));
      this.#level = drained + this.limit * (elapsed - believed);
      this.#withheld += this.limit * believed - (drained - level);
    }
    if (this.#level > lid) {
      this.#level = lid;
      this.#withheld = 0;
      this.fullAt = event;
    }
  }

  /**
   * In how many whole milliseconds the level covers a cost and a margin, or the bucket is full.
   *
   * @param margin The part of the level that must be left, in milliseconds of refill.
   */
  waitFor(cost: number, margin: number): number {
    const need = Math.min(cost * this.window + margin * this.limit, this.limit * this.window);
    return need <= this.#level ? 0 : Math.ceil((need - this.#level) / this.#inflow);
  }

  /** Charges the cost of a request that is about to be sent. */
  take(cost: number): void {
    this.#level -= cost * this.window;
    this.#travelling += cost * this.window;
  }

  /** Notes that a charge may not have been used. */
  doubt(units: number): void {
    this.#withheld += units * this.window;
  }

  /** Notes that the server has charged a cost. */
  arrive(cost: number): void {
    this.#travelling -= cost * this.window;
  }

  /** Adds units as far as they fit. Negative units are subtracted. */
  add(units: number): void {
    this.#level = Math.min(this.#level + units * this.window, this.limit * this.window - this.#travelling);
  }

  /**
   * Applies a correction that was found at another bucket. Negative units were used by others; positive units are added
   * only up to what was withheld.
   *
   * @return The change of the level, in units.
   */
  correct(units: number): number {
    // Others cannot use anything from an empty bucket. What is in transit may still arrive before them.
    const least = Math.min(0, -this.#travelling - this.#level);
    const change = Math.max(least, Math.min(units * this.window, this.#withheld));
    this.#withheld -= change;
    this.add(change / this.window);
    return change / this.window;
  }

  /**
   * Lowers the level to the one that the server reports, less the charges in transit. If refused charges are not given
   * back, this deduction is bounded: the server never admits below zero, so charges in transit use at most what is left
   * and what flows in until they arrive.
   *
   * @param comesBack Whether refused charges are given back.
   * @return The change of the level, in units: 0 or less.
   */
  lowerTo(units: number, comesBack = true): number {
    const held = units * this.window;
    const least = comesBack ? -Infinity : Math.min(held, 0) - this.limit * LONGEST_WAY;
    const level = Math.min(this.#level, Math.max(held - this.#travelling, least));
    const change = (level - this.#level) / this.window;
    this.#level = level;
    // The server itself reported this level, so no part of the deficit is our estimate of others.
    if (change < 0) this.#withheld = 0;
    return change;
  }

  /** Changes the size. The used part stays used. */
  resize(limit: number): void {
    this.#level += (limit - this.limit) * this.window;
    this.limit = limit;
  }
}
