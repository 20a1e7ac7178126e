import type { BucketLevel } from './Limits.ts';
import type { ModelId } from './Models.ts';
import type { Priority } from './Priority.ts';

/** How things stand for one model. */
export interface ModelStatus {
  readonly model: ModelId;
  /** How many requests wait, by priority. */
  readonly waiting: Readonly<Record<Priority, number>>;
  /** How many requests are under way to the server or back. */
  readonly inFlight: number;
  /** How full each bucket is. */
  readonly buckets: readonly BucketLevel[];
  /**
   * In how many milliseconds the next waiting request starts. Absent when none waits, and when that depends on other
   * requests: on the first answer of a model, or on one of those in flight to end when no more may be in flight.
   */
  readonly nextStartsInMs?: number;
}

/** How things stand, for every model that has anything under way. */
export interface Status {
  readonly models: readonly ModelStatus[];
}
