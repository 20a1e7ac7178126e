import type { Dimension } from './Dimension.ts';

/** The answer of a store to a reservation. */
export type Verdict =
  | { readonly type: 'granted' }
  /** Not now: ask again after `ms` milliseconds, or when the store reports a change. */
  | {
      readonly type: 'wait';
      readonly ms: number;
      readonly dimension: Dimension;
      /** The refill rate of that bucket, in units per millisecond. */
      readonly rate: number;
      /**
       * Whether it would fit earlier if no part of the limit were held back for more urgent requests, which may go
       * first then.
       */
      readonly yields?: boolean | undefined;
      /**
       * The amounts that other requests may take without delaying it.
       *
       * @default nothing of that dimension, and any amount of the others
       */
      readonly headroom?: readonly Headroom[] | undefined;
    }
  /** Never: it costs more than a full bucket holds. */
  | { readonly type: 'never'; readonly dimension: Dimension; readonly cost: number; readonly limit: number };

/** The remainder of a bucket after the waiting request has been served. */
export interface Headroom {
  readonly dimension: Dimension;
  /** In the units of its dimension. */
  readonly spare: number;
  /** Its refill rate, in units per millisecond. */
  readonly rate: number;
}
