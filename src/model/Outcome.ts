import type { Cost } from './Cost.ts';
import type { Dimension } from './Dimension.ts';

/** The outcome of a reservation. */
export type Outcome =
  /**
   * The usage is known, reported by the server or otherwise: the rest is given back. For a 413, `told` is the limit
   * that was exceeded.
   */
  | {
      readonly type: 'used';
      readonly cost: Cost;
      readonly told?: LimitTold | undefined;
      /** The cost of the request itself, if it used the reservation of a larger one. */
      readonly charged?: Cost | undefined;
    }
  /** The request did not reach the server: the whole charge is given back. */
  | { readonly type: 'unsent' }
  /**
   * The server reported that a limit was hit: the charge is given back, and the dimension is paused for `ms`
   * milliseconds.
   */
  | ({ readonly type: 'rejected' } & Rejection)
  /** The request was sent and the answer was lost: the charge stays. */
  | { readonly type: 'unknown' };

/** The details of a 429, as far as they could be parsed. */
export interface Rejection {
  readonly dimension?: Dimension | undefined;
  /** How long to wait, in milliseconds. */
  readonly ms?: number | undefined;
  /** The size of the bucket, and how much of it is used. */
  readonly limit?: number | undefined;
  readonly used?: number | undefined;
  /** The charge that the request would have had. */
  readonly requested?: number | undefined;
}

/** A limit that the server has reported. */
export interface LimitTold {
  readonly dimension: Dimension;
  /** The size of the bucket. */
  readonly limit: number;
}
