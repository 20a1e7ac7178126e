import type { Dimension } from './Dimension.ts';
import type { Priority } from './Priority.ts';

/**
 * How much of each {@link Dimension} an organization may use of one model. A missing dimension is not limited.
 *
 * @example
 * const limits: Limits = { rpm: 30, rpd: 1_000, tpm: 8_000, tpd: 200_000 };
 */
export type Limits = { readonly [D in Dimension]?: number | undefined };

/** The plans that Groq offers without a contract. */
export type Tier = 'free' | 'developer';

/** The key of a model's buckets in a store: the id of the model, unless the `key` of a throttle returns another one. */
export type LimitKey = string;

/** The state of one bucket, as a store reports it. */
export interface BucketLevel {
  readonly dimension: Dimension;
  /** The size of the bucket, in the units of its dimension. */
  readonly limit: number;
  /**
   * The largest possible size, if the server has not reported the limit recently: a request that costs up to this much
   * is sent to find out.
   *
   * @default limit
   */
  readonly atMost?: number | undefined;
  /** The current level. Negative if more was used than was reserved. */
  readonly level: number;
  /** The refill rate, in units per millisecond. */
  readonly rate: number;
  /**
   * How much of the level is not used for now, in the units of its dimension, since other clients may take it before an
   * answer shows that.
   *
   * @default 0
   */
  readonly held?: number | undefined;
  /**
   * How much of the level each priority leaves to more urgent requests, in the units of its dimension.
   *
   * @default 0
   */
  readonly kept?: Readonly<Record<Priority, number>> | undefined;
  /** The estimated usage by other clients of the same organization, in units per millisecond. */
  readonly foreign: number;
  /** How much longer the server asked not to use this dimension, in milliseconds. */
  readonly pausedFor: number;
}
