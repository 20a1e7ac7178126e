import { DIMENSIONS } from '../../model/Dimension.ts';
import type { Job } from '../../model/Job.ts';
import type { BucketLevel } from '../../model/Limits.ts';

/** What dividing levels loses, in milliseconds, and what shall not add one more. */
const ROUNDING = 1e-6;

/** What of a job decides when it starts. */
type Paying = Pick<Job, 'cost' | 'priority'>;

/**
 * Predicts in how many milliseconds waiting requests start, one after the other, when nothing comes back: the buckets
 * flow at a steady rate, so that follows from what those before have to pay.
 */
export class Forecast {
  readonly #levels: readonly BucketLevel[];
  /** What those before have paid, by bucket. */
  readonly #paid: number[];
  /** When the last one starts. */
  #earliest = ROUNDING;

  constructor(levels: readonly BucketLevel[]) {
    this.#levels = levels;
    this.#paid = levels.map(() => 0);
  }

  /** Whether a job that is next waits for nothing but what it leaves to more urgent ones. */
  yields(job: Paying): boolean {
    return this.#startOf(job, true) > Math.max(this.#earliest, this.#startOf(job, false));
  }

  /** Lets a job be the next, and tells in how many milliseconds it starts. */
  start(job: Paying): number {
    this.#earliest = Math.max(this.#earliest, this.#startOf(job, true));
    this.#levels.forEach(({ dimension }, i) => {
      this.#paid[i] = (this.#paid[i] ?? 0) + job.cost[DIMENSIONS[dimension].unit];
    });
    return Math.ceil(this.#earliest - ROUNDING);
  }

  /** When the buckets have what a job costs, with or without what it leaves to more urgent ones. */
  #startOf({ cost, priority }: Paying, leaves: boolean): number {
    let earliest = 0;
    this.#levels.forEach(({ dimension, limit, level, rate, held = 0, kept, pausedFor }, i) => {
      const units = cost[DIMENSIONS[dimension].unit];
      if (units === 0) return;
      const left = held + (leaves ? (kept?.[priority] ?? 0) : 0);
      // A full bucket is enough for anything that fits into it.
      const needed = (this.#paid[i] ?? 0) + Math.min(units + left, limit);
      earliest = Math.max(earliest, (needed - level) / rate, pausedFor);
    });
    return earliest;
  }
}
