/** How long a request is on its way to the server once it was sent, in milliseconds, when no answer shows it there. */
export const LONGEST_WAY = 1_000;

/**
 * Our copy of one of the server's buckets, of which we see little: a level that flows back continuously, and that may
 * fall below zero.
 *
 * It is kept so that the server always holds at least as much, however long messages travel and in whatever order they
 * arrive. Two things would break that, and are ruled out. While the server's bucket is full, what flows into it is
 * lost; so our level stays below the limit by all that was charged here and perhaps not yet there. And what is given
 * back to a full bucket is lost as well; so a refund counts only when the bucket was not full since the server charged.
 *
 * The level is kept in units × milliseconds of the window, in which every whole millisecond adds a whole number: no
 * rounding gathers over a day.
 */
export class Bucket {
  /** The time in which it refills, in milliseconds. */
  readonly window: number;
  /** What it holds when full, in units. */
  limit: number;
  /** The number of the event at which it was last full, as the owner counts events. */
  fullAt = -1;
  /** What others are taking, in units for each millisecond. */
  foreign = 0;
  /** Until when that is believed without being looked at again, in milliseconds. */
  foreignUntil = Infinity;
  #level: number;
  /** Charged here and perhaps not yet at the server. */
  #travelling = 0;
  /** By how much it is lower than what was charged here alone would make it: what was taken from it for others. */
  #withheld = 0;
  #at: number;

  /**
   * @param window The time in which it refills, in milliseconds.
   * @param limit What it holds when full, in units.
   * @param now Milliseconds of a clock that does not jump.
   */
  constructor(window: number, limit: number, now: number) {
    this.window = window;
    this.limit = limit;
    this.#level = limit * this.window;
    this.#at = now;
  }

  /** What it holds, in units. */
  get level(): number {
    return this.#level / this.window;
  }

  /** What flows back, in units for each millisecond. */
  get rate(): number {
    return this.#inflow / this.window;
  }

  /** What is left of the inflow, in units for a window: from a large bucket others may take more than flows in. */
  get #flow(): number {
    return this.limit - this.foreign * this.window;
  }

  get #inflow(): number {
    return Math.max(this.#flow, this.limit / 100);
  }

  /**
   * Lets flow in what has come since.
   *
   * @param event The number of what is happening now, to tell later whether the bucket was full after something.
   */
  refill(now: number, event: number): void {
    const lid = this.limit * this.window - this.#travelling;
    const elapsed = now - this.#at;
    // A clock that goes back adds nothing.
    if (elapsed > 0) {
      const believed = Math.min(elapsed, Math.max(0, this.foreignUntil - this.#at));
      const level = this.#level;
      this.#at = now;
      // Others get nothing out of a bucket that is empty.
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
   * How many whole milliseconds until a cost can be taken.
   *
   * @param margin How much shall be left, in milliseconds of what flows in.
   */
  waitFor(cost: number, margin: number): number {
    const need = Math.min(cost * this.window + margin * this.limit, this.limit * this.window);
    return need <= this.#level ? 0 : Math.ceil((need - this.#level) / this.#inflow);
  }

  /** Charges a cost that is about to be sent. */
  take(cost: number): void {
    this.#level -= cost * this.window;
    this.#travelling += cost * this.window;
  }

  /** The server has charged a cost by now. */
  arrive(cost: number): void {
    this.#travelling -= cost * this.window;
  }

  /** Adds to the level what fits, or takes from it what is below zero. */
  add(units: number): void {
    this.#level = Math.min(this.#level + units * this.window, this.limit * this.window - this.#travelling);
  }

  /**
   * Applies a correction that was found at another bucket: what it takes was taken by others, and what it gives back is
   * no more than was taken for them.
   *
   * @return By how many units it changed.
   */
  correct(units: number): number {
    const change = Math.min(units * this.window, this.#withheld);
    this.#withheld -= change;
    this.add(change / this.window);
    return change / this.window;
  }

  /**
   * Lowers the level to what the server holds, less what is still on the way there. Where none of that comes back when
   * it is refused, it takes no more than what is left and what flows in until it has arrived: the server lets nothing in
   * below zero.
   *
   * @param comesBack Whether what is refused comes back.
   * @return By how many units it changed, 0 or less.
   */
  lowerTo(units: number, comesBack = true): number {
    const held = units * this.window;
    const least = comesBack ? -Infinity : Math.min(held, 0) - this.limit * LONGEST_WAY;
    const level = Math.min(this.#level, Math.max(held - this.#travelling, least));
    const change = (level - this.#level) / this.window;
    this.#level = level;
    // What is missing now was missed by the server itself: none of it comes back.
    if (change < 0) this.#withheld = 0;
    return change;
  }

  /** Follows a limit that was changed: what is missing from full stays missing. */
  resize(limit: number): void {
    this.#level += (limit - this.limit) * this.window;
    this.limit = limit;
  }
}
