import type { Cost } from './Cost.ts';
import type { Dimension } from './Dimension.ts';
import type { Job } from './Job.ts';
import type { LimitHeaders } from './LimitHeaders.ts';
import type { LimitKey } from './Limits.ts';

/** What was taken from the buckets for one attempt. The asker chooses the id, so that a repeated question is one. */
export interface Reservation {
  readonly key: LimitKey;
  readonly id: string;
  readonly cost: Cost;
}

/** What became of a reservation. */
export type Outcome =
  /** The server reported, or it is known, what was used: the rest goes back. */
  | { readonly type: 'used'; readonly cost: Cost }
  /** Nothing reached the server: all of it goes back. */
  | { readonly type: 'unsent' }
  /** The server said that a limit was hit: the tokens go back, and the dimension pauses for `ms`. */
  | { readonly type: 'rejected'; readonly dimension?: Dimension | undefined; readonly ms?: number | undefined }
  /** It was sent and the answer was lost: the charge stays. */
  | { readonly type: 'unknown' };

/**
 * Leave to send one job. It is reserved, then sent, then settled, once; what comes after the settlement has no effect.
 */
export interface Grant<J extends Job = Job> {
  readonly job: J;
  readonly reservation: Reservation;
  readonly state: 'reserved' | 'sent' | 'settled';
  /** The request is on the wire: from here on it counts. */
  sent(): void;
  /** The server answered with these limits. */
  learn(headers: LimitHeaders): void;
  settle(outcome: Outcome): void;
}
