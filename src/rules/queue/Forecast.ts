import { DIMENSIONS } from '../../model/Dimension.ts';
import type { Job } from '../../model/Job.ts';
import type { BucketLevel } from '../../model/Limits.ts';

/** The rounding error of dividing levels, in milliseconds, which must not add another millisecond. */
const ROUNDING = 1e-6;

/** The parts of a job that determine when it starts. */
type Paying = Pick<Job, 'cost' | 'priority'>;

/**
 * Predicts in how many milliseconds waiting requests start, one after the other, if nothing is given back: buckets
 * refill at a steady rate until they are full, so the starts follow from the costs of the requests before.
 */
export class Forecast {
  readonly #buckets: readonly BucketLevel[];
  /** The level of each bucket after the latest request has started. */
  readonly #levels: number[];
  /** When the latest request starts. */
  #start = ROUNDING;

  constructor(buckets: readonly BucketLevel[]) {
    this.#buckets = buckets;
    this.#levels = buckets.map(({ level, rate }) => level + rate * ROUNDING);
  }

  /** Whether the next job waits only because of what it leaves to more urgent ones. */
  yields(job: Paying): boolean {
    return this.#startOf(job, true) > this.#startOf(job, false);
  }

  /** Adds the next job, and returns in how many milliseconds it starts. */
  start(job: Paying): number {
    const start = this.#startOf(job, true);
    this.#buckets.forEach(({ dimension, limit, rate }, i) => {
      const level = this.#levels[i] ?? 0;
      const filled = Math.max(level, Math.min(level + rate * (start - this.#start), limit));
      this.#levels[i] = filled - job.cost[DIMENSIONS[dimension].unit];
    });
    this.#start = start;
    return Math.ceil(start - ROUNDING);
  }

  /** When the buckets hold the cost of a job, with or without what it leaves to more urgent ones. */
  #startOf({ cost, priority }: Paying, leaves: boolean): number {
    let earliest = this.#start;
    this.#buckets.forEach(({ dimension, limit, rate, held = 0, kept, pausedFor }, i) => {
      const units = cost[DIMENSIONS[dimension].unit];
      if (units === 0) return;
      const left = held + (leaves ? (kept?.[priority] ?? 0) : 0);
      // A full bucket is enough for anything that fits into it.
      const missing = Math.min(units + left, limit) - (this.#levels[i] ?? 0);
      // Dividing what is not missing by a rate without bound would give no number.
      const flowing = missing > 0 ? missing / rate : 0;
      earliest = Math.max(earliest, this.#start + flowing, pausedFor);
    });
    return earliest;
  }
}
