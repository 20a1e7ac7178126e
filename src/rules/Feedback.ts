/** What was known of a bucket when a request was charged, to compare with what its answer says. */
export interface Mark {
  /** The level after the charge, as it stood without the corrections and with all charges until then. */
  readonly low: number;
  /** The same with all that was in flight: what the server might have held at the most. */
  readonly high: number;
  /** When it was charged, in milliseconds. */
  readonly at: number;
}

/** How many answers in a row have to agree before a level is raised. */
const AGREEING = 8;
/** Over what time others' use is averaged, in milliseconds. */
const FOREIGN_WINDOW = 2_000;
/** How much of what was found in one such time counts at once, and how much of the old estimate is forgotten. */
const FOREIGN_GAIN = 0.5;
const FOREIGN_LEAK = 0.05;

/**
 * Learns from the levels that answers report, which are old by the time they come: each is compared with our level at
 * the moment when that very request was charged, so neither delay nor order matters.
 *
 * Too much on our side is taken away at once. Too little is given back only when {@link AGREEING} answers in a row
 * agree. What has to be taken away again and again is somebody else's traffic, and is estimated.
 */
export class Feedback {
  /** What others take, in units for each millisecond. */
  foreign = 0;
  /** The sum of all corrections until now. */
  #corrections = 0;
  /** The sum of all charges until now. */
  #taken = 0;
  #agreeing = 0;
  #leastSurplus = Infinity;
  #lowered = 0;
  #windowStart: number;

  constructor(now: number) {
    this.#windowStart = now;
  }

  /**
   * Notes a charge.
   *
   * @param level Of our bucket after the charge.
   * @param inFlight What others' charges in flight sum up to.
   */
  mark(cost: number, level: number, inFlight: number, now: number): Mark {
    this.#taken += cost;
    return { low: level - this.#corrections + this.#taken, high: level - this.#corrections + inFlight, at: now };
  }

  /**
   * Compares what an answer reports with the mark of its request.
   *
   * @param remaining What the server held after the charge, rounded down.
   * @param rate Units for each millisecond.
   * @returns By how much our level has to change, in units.
   */
  correction(mark: Mark, remaining: number, rate: number, now: number): number {
    // Whatever was sent since may have overtaken the request, so only what that cannot explain is missing.
    const surplus = remaining + 1 - mark.low - this.#corrections + this.#taken;
    if (surplus < 0) return this.#correct(surplus);
    // Whatever was in flight may not have arrived before it, and time has passed: only more than that is to spare.
    const spare = remaining - mark.high - this.#corrections - rate * (now - mark.at);
    if (spare < 1) {
      this.#agreeing = 0;
      this.#leastSurplus = Infinity;
      return 0;
    }
    this.#agreeing += 1;
    this.#leastSurplus = Math.min(this.#leastSurplus, spare);
    return this.#agreeing < AGREEING ? 0 : this.#correct(this.#leastSurplus);
  }

  /** Notes a correction that something else than an answer's level has made, in units. */
  note(units: number): void {
    this.#correct(units);
  }

  /** Renews the estimate of others' use, and tells whether there was anything to renew. */
  estimate(now: number): boolean {
    const elapsed = now - this.#windowStart;
    if (elapsed < FOREIGN_WINDOW) return false;
    const found = this.#lowered / elapsed;
    const old = this.foreign;
    this.#windowStart = now;
    this.#lowered = 0;
    this.foreign = old * (1 - FOREIGN_LEAK) + found * FOREIGN_GAIN;
    return old > 0 || found > 0;
  }

  #correct(units: number): number {
    this.#corrections += units;
    this.#agreeing = 0;
    this.#leastSurplus = Infinity;
    if (units < 0) this.#lowered -= units;
    return units;
  }
}
