import type { Cost } from './Cost.ts';
import type { Dimension } from './Dimension.ts';
import type { Job } from './Job.ts';
import type { LimitKey } from './Limits.ts';
import type { Priority } from './Priority.ts';
import type { WireHeaders } from './WireHeaders.ts';

/** What was taken from the buckets for one attempt. The asker chooses the id, so that a repeated question is one. */
export interface Reservation {
  readonly key: LimitKey;
  readonly id: string;
  readonly cost: Cost;
  /** How urgent it is, for stores that keep a part of the day for what is more urgent. */
  readonly priority?: Priority | undefined;
}

/** What a store says to a request for a reservation. */
export type Verdict =
  | { readonly type: 'granted' }
  /** Not now: ask again after `ms`, or when the store says that something changed. */
  | {
      readonly type: 'wait';
      readonly ms: number;
      readonly dimension: Dimension;
      /** What flows back into that bucket, in units for each millisecond. */
      readonly rate: number;
      /** Whether it would fit earlier if it left nothing to what is more urgent, which may go first then. */
      readonly yields?: boolean | undefined;
      /** What others may take without putting it off. @default nothing of that dimension, and anything of the others */
      readonly headroom?: readonly Headroom[] | undefined;
    }
  /** Not ever: it costs more than the bucket holds when full. */
  | { readonly type: 'never'; readonly dimension: Dimension; readonly cost: number; readonly limit: number };

/** What is left of a bucket when the one who waits has been served. */
export interface Headroom {
  readonly dimension: Dimension;
  /** In the units of its dimension. */
  readonly spare: number;
  /** What flows back into it, in units for each millisecond. */
  readonly rate: number;
}

/** A limit of which the server has told. */
export interface LimitTold {
  readonly dimension: Dimension;
  /** What the bucket holds when full. */
  readonly limit: number;
}

/** What became of a reservation. */
export type Outcome =
  /** The server reported, or it is known, what was used: the rest goes back. A 413 tells the limit that it exceeds. */
  | {
      readonly type: 'used';
      readonly cost: Cost;
      readonly told?: LimitTold | undefined;
      /** What the request itself was to cost, when it took what was reserved for a larger one. */
      readonly charged?: Cost | undefined;
    }
  /** Nothing reached the server: all of it goes back. */
  | { readonly type: 'unsent' }
  /** The server said that a limit was hit: the tokens go back, and the dimension pauses for `ms`. */
  | ({ readonly type: 'rejected' } & Rejection)
  /** It was sent and the answer was lost: the charge stays. */
  | { readonly type: 'unknown' };

/** What a 429 says, as far as it could be read. */
export interface Rejection {
  readonly dimension?: Dimension | undefined;
  /** When to try again, in milliseconds. */
  readonly ms?: number | undefined;
  /** What the bucket holds when full, and how much of that is used. */
  readonly limit?: number | undefined;
  readonly used?: number | undefined;
  /** What the request would have been charged. */
  readonly requested?: number | undefined;
}

/**
 * Permission to send one job. It is reserved, then sent, then settled, once; what comes after the settlement has no effect.
 */
export interface Grant<J extends Job = Job> {
  readonly job: J;
  readonly reservation: Reservation;
  readonly state: 'reserved' | 'sent' | 'settled';
  /** The request is on the wire: from here on it counts. */
  sent(): void;
  /** The server answered with these headers. */
  learn(headers: WireHeaders): void;
  settle(outcome: Outcome): void;
}
