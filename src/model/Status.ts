import type { BucketLevel } from './Limits.ts';
import type { ModelId } from './Models.ts';
import type { Priority } from './Priority.ts';

/** A waiting request. */
export interface WaitingRequest {
  /** The number of the request, as in its events. */
  readonly seq: number;
  readonly priority: Priority;
  readonly tenant?: string | undefined;
  /** The tag of its call. */
  readonly tag?: string | undefined;
  /**
   * In how many milliseconds it starts, if nothing is given back and nothing more urgent arrives. Absent while that
   * depends on other requests, see {@link ModelStatus.nextStartsInMs}.
   */
  readonly startsInMs?: number;
}

/** The current state of one model. */
export interface ModelStatus {
  readonly model: ModelId;
  /** The number of waiting requests, by priority. */
  readonly waiting: Readonly<Record<Priority, number>>;
  /** The first hundred waiting requests, in the order in which they start. */
  readonly next: readonly WaitingRequest[];
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
