import type { ObservableInput } from 'rxjs';
import type { Dimension } from '../model/Dimension.ts';
import type { Outcome, Reservation } from '../model/Grant.ts';
import type { LimitHeaders } from '../model/LimitHeaders.ts';
import type { BucketLevel, LimitKey } from '../model/Limits.ts';

/** What a store says to a request for a reservation. */
export type Verdict =
  | { readonly type: 'granted' }
  /** Not now: ask again after `ms`, or when the store says that something changed. */
  | { readonly type: 'wait'; readonly ms: number; readonly dimension: Dimension }
  /** Not ever: it costs more than the bucket holds when full. */
  | { readonly type: 'never'; readonly dimension: Dimension; readonly cost: number; readonly limit: number };

/**
 * Where the levels of the buckets are kept. Each method may answer at once with a plain value, or later with anything
 * that rxjs can turn into an Observable; a question once asked is heard to its end, even when nobody wants it any more.
 */
export interface LimitStore {
  /** Takes the cost out of every bucket of the key, or out of none. Asking twice with one id takes it once. */
  reserve(reservation: Reservation): Verdict | ObservableInput<Verdict>;
  /** Ends a reservation. What is said of it after that has no effect. */
  settle(reservation: Reservation, outcome: Outcome): ObservableInput<unknown> | undefined;
  /**
   * The server answered: it has charged the request by now, and its headers, when it sent any, show what was left.
   * They are compared with the level at which this reservation was charged, so a late answer does no harm.
   */
  learn(reservation: Reservation, headers: LimitHeaders): ObservableInput<unknown> | undefined;
  /** Emits whenever waiting requests may fit earlier than was said, or no longer at all. */
  changes(key: LimitKey): ObservableInput<unknown>;
  /** The buckets as they stand, for display and for predictions. */
  levels(key: LimitKey): readonly BucketLevel[] | ObservableInput<readonly BucketLevel[]>;
}
