import type { Usage } from './Usage.ts';
import type { Follower } from './Written.ts';

/** Follows what one attempt uses, from when it leaves the queue until it ends. */
export interface AttemptMeter<T> extends Follower {
  /** The request is written to the wire. Not called for one that fails before. */
  sent(): void;
  /** A value of its answer, and what it says was used. */
  value(value: T, used: Usage | undefined): void;
  /** The end, once, in whichever way it comes. */
  ended(how: AttemptEnd): void;
}

/** How an attempt ended. */
export type AttemptEnd =
  | { readonly type: 'completed' }
  | { readonly type: 'failed'; readonly error: unknown }
  /** Nobody wants its answer any more: it was cancelled, or took too long. */
  | { readonly type: 'abandoned' };
