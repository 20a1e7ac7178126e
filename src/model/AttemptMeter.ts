import type { Usage } from './Usage.ts';
import type { Follower } from './Written.ts';

/** Follows the usage of one attempt, from when it leaves the queue until it ends. */
export interface AttemptMeter<T> extends Follower {
  /** The request is being written to the connection. Not called if the attempt fails before. */
  sent(): void;
  /** A value of the answer, and the usage that it reports. */
  value(value: T, used: Usage | undefined): void;
  /** The end of the attempt. Called once, however it ends. */
  ended(how: AttemptEnd): void;
}

/** How an attempt ended. */
export type AttemptEnd =
  | { readonly type: 'completed' }
  | { readonly type: 'failed'; readonly error: unknown }
  /** The answer is no longer wanted: the request was cancelled or timed out. */
  | { readonly type: 'abandoned' };
