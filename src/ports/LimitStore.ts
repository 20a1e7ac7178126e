import type { ObservableInput } from 'rxjs';
import type { LimitHeaders } from '../model/LimitHeaders.ts';
import type { BucketLevel, LimitKey } from '../model/Limits.ts';
import type { Outcome } from '../model/Outcome.ts';
import type { Reservation } from '../model/Reservation.ts';
import type { Verdict } from '../model/Verdict.ts';

/** `level`: a bucket may hold more than its refill alone explains. `limits`: the buckets themselves have changed. */
export type LimitChange = 'level' | 'limits';

/**
 * Keeps the levels of the buckets. Its methods may answer synchronously or asynchronously, with anything that rxjs can
 * convert to an Observable, of which the first value is used. The answer to `reserve` is always awaited, even if its
 * job has left in the meantime, since the reservation must be given back.
 *
 * A minimal useful store lets two requests run at a time, and pauses after a 429:
 *
 * ```ts
 * import { createGroq } from 'rxgroq';
 * import type { LimitChange, LimitStore, Reservation } from 'rxgroq/operators';
 * import { of, Subject } from 'rxjs';
 *
 * const running = new Set<Reservation>();
 * const changes$ = new Subject<LimitChange>();
 * let pausedUntil = 0;
 * const store: LimitStore = {
 *   reserve: (reservation) => {
 *     if (running.has(reservation)) return { type: 'granted' };
 *     const ms = running.size < 2 ? pausedUntil - performance.now() : 60_000;
 *     if (ms > 0) return { type: 'wait', ms, dimension: 'rpm', rate: Infinity };
 *     running.add(reservation);
 *     return { type: 'granted' };
 *   },
 *   settle: (reservation, outcome) => {
 *     // A refused request asks again at once.
 *     if (outcome.type === 'rejected') pausedUntil = performance.now() + (outcome.ms ?? 1_000);
 *     if (running.delete(reservation)) changes$.next('level'); // waiting requests ask again
 *     return undefined;
 *   },
 *   changes: () => changes$,
 *   levels: () => of([]), // no buckets to show
 * };
 * const groq = createGroq({ store });
 * ```
 */
export interface LimitStore {
  /**
   * Takes the cost from every bucket of the key, or from none. A repeated call must take it only once: within a process
   * it passes the same object, and across processes the same id.
   */
  reserve(reservation: Reservation): Verdict | ObservableInput<Verdict>;
  /** The request is being written to its connection: from now on it may reach the server at any time. Optional. */
  sent?(reservation: Reservation): ObservableInput<unknown> | undefined;
  /**
   * Ends a reservation. Also called if `reserve` has failed, since it may have been granted nevertheless. Later calls
   * for the same reservation must have no effect, and neither must calls for one that was never made.
   */
  settle(reservation: Reservation, outcome: Outcome): ObservableInput<unknown> | undefined;
  /**
   * The server has answered, so it has charged the request; its headers, if it sent any, show what was left. They are
   * compared with the level at the time when this reservation was charged, so late answers do no harm. Optional:
   * without it the headers are not parsed.
   */
  learn?(reservation: Reservation, headers: LimitHeaders): ObservableInput<unknown> | undefined;
  /** Emits when waiting requests may start earlier than predicted, or can never start any more. */
  changes(key: LimitKey): ObservableInput<LimitChange>;
  /** The current buckets, for display and predictions. The first value is used. */
  levels(key: LimitKey): ObservableInput<readonly BucketLevel[]>;
}
