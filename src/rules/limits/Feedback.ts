import { RunningTotal } from './RunningTotal.ts';

/** What was known of a bucket when a request was charged, to compare with what its answer says. */
export interface Mark {
  /** The level after the charge, as it would be without the corrections and the charges until then. */
  readonly low: number;
  /** The level after the charge and without the corrections, with all that was in flight beside it. */
  readonly high: number;
  /** When it was charged, in milliseconds. */
  readonly at: number;
  /** The sum of all charges until then, when nothing else was in flight. */
  readonly aloneWith: number | undefined;
}

/** How many answers in a row have to agree before a level is raised. */
const AGREEING = 8;

/** How long after a request another one can leave and still arrive before it, in milliseconds. */
export const OVERTAKING = 500;

/**
 * Learns from the levels that answers report, which are old by the time they come: each is compared with our level at
 * the moment when that very request was charged, so neither delay nor order matters.
 *
 * Too much on our side is taken away at once. Too little is given back only when {@link AGREEING} answers in a row
 * agree, or when the request was alone.
 */
export class Feedback {
  /** The sum of all corrections until now. */
  #corrections = 0;
  readonly #taken = new RunningTotal();
  #agreeing = 0;
  #leastSpare = Infinity;

  /** Notes a charge. */
  take(cost: number, now: number): void {
    this.#taken.add(cost, now);
  }

  /**
   * Notes the levels after a charge.
   *
   * @param level Of our bucket after the charge.
   * @param inFlight What the charges that are not settled sum up to, without this one.
   */
  mark(level: number, inFlight: number, now: number): Mark {
    const uncorrected = level - this.#corrections;
    const { total } = this.#taken;
    const aloneWith = inFlight === 0 ? total : undefined;
    return { low: uncorrected + total, high: uncorrected + inFlight, at: now, aloneWith };
  }

  /**
   * Compares what an answer reports with the mark of its request.
   *
   * @param remaining What the server held after the charge, rounded down.
   * @param rate Units for each millisecond.
   * @return By how much our level has to change, in units.
   */
  correction({ low, high, at, aloneWith }: Mark, remaining: number, rate: number, now: number): number {
    // What left soon after may have overtaken the request: only what that cannot explain is missing.
    const overtaking = this.#taken.at(at + OVERTAKING);
    const surplus = remaining + 1 - (low - overtaking) - this.#corrections;
    if (surplus < 0) return this.shift(surplus);
    // What was in flight may not have arrived before it, and time has passed: only more than that is to spare.
    const spare = remaining - high - this.#corrections - rate * (now - at);
    if (spare < 1) {
      this.#startOver();
      return 0;
    }
    // With nothing beside it on the way there is nothing to be mistaken about.
    if (aloneWith === this.#taken.total) return this.shift(spare);
    this.#agreeing += 1;
    this.#leastSpare = Math.min(this.#leastSpare, spare);
    return this.#agreeing < AGREEING ? 0 : this.shift(this.#leastSpare);
  }

  /** Notes a correction, in units, and gives it back. */
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
