import { RunningTotal } from './RunningTotal.ts';

/** The state of a bucket when a request was charged, to be compared with its answer. */
export interface Mark {
  /** The level after the charge, minus all corrections and plus all charges until then. */
  readonly low: number;
  /** The level after the charge, minus all corrections and plus all other charges in flight. */
  readonly high: number;
  /** When the request was charged, in milliseconds. */
  readonly at: number;
  /** The sum of all charges until then, or undefined if others were in flight. */
  readonly aloneWith: number | undefined;
}

/** How many answers in a row must show a surplus before the level is raised. */
const AGREEING = 8;

/** How much later than a request another one can be sent and still arrive before it, in milliseconds. */
export const OVERTAKING = 500;

/**
 * Corrects a level by the levels that answers report, which are outdated when they arrive. Each is compared with our
 * level at the time when its request was charged, so neither delay nor order matters.
 *
 * A level that is too high is lowered at once. One that is too low is raised only when {@link AGREEING} answers in a
 * row agree, or when the request was the only one in flight.
 */
export class Feedback {
  /** The sum of all corrections so far. */
  #corrections = 0;
  readonly #taken = new RunningTotal();
  #agreeing = 0;
  #leastSpare = Infinity;

  /** Notes a charge. */
  take(cost: number, now: number): void {
    this.#taken.add(cost, now);
  }

  /**
   * The state after a charge.
   *
   * @param level The level of our bucket after the charge.
   * @param inFlight The sum of the unsettled charges, without this one.
   */
  mark(level: number, inFlight: number, now: number): Mark {
    const uncorrected = level - this.#corrections;
    const { total } = this.#taken;
    const aloneWith = inFlight === 0 ? total : undefined;
    return { low: uncorrected + total, high: uncorrected + inFlight, at: now, aloneWith };
  }

  /**
   * Compares the reported level with the mark of the request.
   *
   * @param remaining The server's level after the charge, rounded down.
   * @param rate The refill rate, in units per millisecond.
   * @return The correction of our level, in units.
   */
  correction({ low, high, at, aloneWith }: Mark, remaining: number, rate: number, now: number): number {
    // Requests sent soon after may have overtaken this one: only a deficit that they do not explain is corrected.
    const overtaking = this.#taken.at(at + OVERTAKING);
    const surplus = remaining + 1 - (low - overtaking) - this.#corrections;
    if (surplus < 0) return this.shift(surplus);
    // Requests in flight may have arrived after this one, and the bucket has refilled since the charge: only a surplus
    // beyond both is spare.
    const spare = remaining - high - this.#corrections - rate * (now - at);
    if (spare < 1) {
      this.#startOver();
      return 0;
    }
    // No other request was in flight, so the comparison is exact.
    if (aloneWith === this.#taken.total) return this.shift(spare);
    this.#agreeing += 1;
    this.#leastSpare = Math.min(this.#leastSpare, spare);
    return this.#agreeing < AGREEING ? 0 : this.shift(this.#leastSpare);
  }

  /** Records a correction in units, and returns it. */
  shift(units: number): number {
    this.#corrections += units;
    this.#startOver();
    return units;
  }

  #startOver(): void {
    this.#agreeing = 0;
    this.#leastSpare = Infinity;
  }
}
