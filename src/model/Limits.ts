import type { Dimension } from './Dimension.ts';
import type { Priority } from './Priority.ts';

/**
 * How much of each {@link Dimension} an organization may use of one model. A dimension that is missing is not limited.
 *
 * @example
 * const limits: Limits = { rpm: 30, rpd: 1_000, tpm: 8_000, tpd: 200_000 };
 */
export type Limits = { readonly [D in Dimension]?: number | undefined };

/** The plans that Groq offers without a contract. */
export type Tier = 'free' | 'developer';

/** Under which name a store keeps the buckets of one model: the model's id, unless the `key` of a throttle says else. */
export type LimitKey = string;

/** The state of one bucket, as a store tells it. */
export interface BucketLevel {
  readonly dimension: Dimension;
  /** What the bucket holds when full, in the units of its dimension. */
  readonly limit: number;
  /**
   * What it may hold for all that is known, where the server has not told its limit lately: a request of up to that much is
   * sent to find out.
   *
   * @default limit
   */
  readonly atMost?: number | undefined;
  /** What it holds now. Below zero when more was used than was reserved. */
  readonly level: number;
  /** What flows back in each millisecond. */
  readonly rate: number;
  /**
   * How much of it is left alone for now, in the units of its dimension, since others may take it before an answer shows
   * that.
   *
   * @default 0
   */
  readonly held?: number | undefined;
  /**
   * How much of it each priority leaves to what is more urgent, in the units of its dimension.
   *
   * @default 0
   */
  readonly kept?: Readonly<Record<Priority, number>> | undefined;
  /** What others of the same organization are believed to take, in units for each millisecond. */
  readonly foreign: number;
  /** For how many more milliseconds the server asked us to leave this dimension alone. */
  readonly pausedFor: number;
}
