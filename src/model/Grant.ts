import type { Job } from './Job.ts';
import type { Outcome } from './Outcome.ts';
import type { Reservation } from './Reservation.ts';
import type { WireHeaders } from './WireHeaders.ts';

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
