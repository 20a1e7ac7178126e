import { DIMENSIONS } from '../../model/Dimension.ts';
import type { Job } from '../../model/Job.ts';
import type { BucketLevel } from '../../model/Limits.ts';

/** What dividing levels loses, in milliseconds, and what shall not add one more. */
const ROUNDING = 1e-6;

/** What of a job decides when it starts. */
type Paying = Pick<Job, 'cost' | 'priority'>;

/**
 * Predicts in how many milliseconds waiting requests start, one after the other, when nothing comes back: the buckets
 * flow at a steady rate until they are full, so that follows from what those before have to pay.
 */
export class Forecast {
  readonly #buckets: readonly BucketLevel[];
  /** What each bucket holds once the last one has started. */
  readonly #levels: number[];
  /** When the last one starts. */
  #start = ROUNDING;

  constructor(buckets: readonly BucketLevel[]) {
    this.#buckets = buckets;
    this.#levels = buckets.map(({ level, rate }) => level + rate * ROUNDING);
  }

  /** Whether a job that is next waits for nothing but what it leaves to more urgent ones. */
  yields(job: Paying): boolean {
    return this.#startOf(job, true) > this.#startOf(job, false);
  }

  /** Lets a job be the next, and tells in how many milliseconds it starts. */
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

  /** When the buckets have what a job costs, with or without what it leaves to more urgent ones. */
  #startOf({ cost, priority }: Paying, leaves: boolean): number {
    let earliest = this.#start;
    this.#buckets.forEach(({ dimension, limit, rate, held = 0, kept, pausedFor }, i) => {
      const units = cost[DIMENSIONS[dimension].unit];
      if (units === 0) return;
      const left = held + (leaves ? (kept?.[priority] ?? 0) : 0);
      // A full bucket is enough for anything that fits into it.
      const missing = Math.min(units + left, limit) - (this.#levels[i] ?? 0);
      earliest = Math.max(earliest, this.#start + missing / rate, pausedFor);
    });
    return earliest;
  }
}
