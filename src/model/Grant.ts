import type { Cost } from './Cost.ts';
import type { Dimension } from './Dimension.ts';
import type { Job } from './Job.ts';
import type { LimitKey } from './Limits.ts';
import type { Priority } from './Priority.ts';
import type { WireHeaders } from './WireHeaders.ts';

/**
 * What is taken from the buckets for one attempt. The caller chooses the id, so that repeating the call reserves only
 * once.
 */
export interface Reservation {
  readonly key: LimitKey;
  readonly id: string;
  readonly cost: Cost;
  /** How urgent it is, for stores that hold back a part of the daily limits for more urgent requests. */
  readonly priority?: Priority | undefined;
}

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
       * What other requests may take without delaying it.
       *
       * @default nothing of that dimension, and any amount of the others
       */
      readonly headroom?: readonly Headroom[] | undefined;
    }
  /** Never: it costs more than a full bucket holds. */
  | { readonly type: 'never'; readonly dimension: Dimension; readonly cost: number; readonly limit: number };

/** What is left of a bucket after the waiting request has been served. */
export interface Headroom {
  readonly dimension: Dimension;
  /** In the units of its dimension. */
  readonly spare: number;
  /** Its refill rate, in units per millisecond. */
  readonly rate: number;
}

/** A limit that the server has reported. */
export interface LimitTold {
  readonly dimension: Dimension;
  /** The size of the bucket. */
  readonly limit: number;
}

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
  /** What the request would have been charged. */
  readonly requested?: number | undefined;
}

/**
 * Permission to send one job. It is reserved, then sent, then settled once; calls after the settlement have no effect.
 */
export interface Grant<J extends Job = Job> {
  readonly job: J;
  readonly reservation: Reservation;
  readonly state: 'reserved' | 'sent' | 'settled';
  /** The request is being sent: from now on it counts. */
  sent(): void;
  /** The server answered with these headers. */
  learn(headers: WireHeaders): void;
  settle(outcome: Outcome): void;
}
