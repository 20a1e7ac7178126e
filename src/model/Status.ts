import type { BucketLevel } from './Limits.ts';
import type { ModelId } from './Models.ts';
import type { Priority } from './Priority.ts';

/** The current state of one model. */
export interface ModelStatus {
  readonly model: ModelId;
  /** The number of waiting requests, by priority. */
  readonly waiting: Readonly<Record<Priority, number>>;
  /** The number of requests in flight. */
  readonly inFlight: number;
  /** The levels of the buckets. */
  readonly buckets: readonly BucketLevel[];
  /**
   * In how many milliseconds the next waiting request starts. Absent if none waits, and while the start depends on other
   * requests: on the first answer of a model, or on the end of one in flight when no more may be in flight.
   */
  readonly nextStartsInMs?: number;
}

/** The current state of every model with waiting requests or requests in flight. */
export interface Status {
  readonly models: readonly ModelStatus[];
}
