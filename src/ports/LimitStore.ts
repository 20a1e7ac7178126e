import type { ObservableInput } from 'rxjs';
import type { Outcome, Reservation, Verdict } from '../model/Grant.ts';
import type { LimitHeaders } from '../model/LimitHeaders.ts';
import type { BucketLevel, LimitKey } from '../model/Limits.ts';

/** `level`: there may be more than time alone gives. `limits`: the buckets themselves have changed. */
export type LimitChange = 'level' | 'limits';

/**
 * Where the levels of the buckets are kept. What it is asked or told it may answer at once or later, with anything that
 * rxjs can turn into an Observable, of which the first value counts. The answer to `reserve` is always awaited, also
 * when its job has left meanwhile, since what was taken has to be given back.
 *
 * The smallest store that is of use lets two requests run at a time, and after a 429 none for a while:
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
 *     // What was refused is asked for again at once.
 *     if (outcome.type === 'rejected') pausedUntil = performance.now() + (outcome.ms ?? 1_000);
 *     if (running.delete(reservation)) changes$.next('level'); // lets those who wait ask again
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
   * Takes the cost out of every bucket of the key, or out of none. Asking twice takes it once: within a process the
   * same question is the same object, and across processes it has the same id.
   */
  reserve(reservation: Reservation): Verdict | ObservableInput<Verdict>;
  /**
   * The request is being written to its connection: from here on it may reach the server at any time. A store that has
   * no use for that leaves it out.
   */
  sent?(reservation: Reservation): ObservableInput<unknown> | undefined;
  /**
   * Ends a reservation, also one whose question has failed: it may have been granted all the same. What is said of it
   * after that has no effect, nor what is said of one that was never made.
   */
  settle(reservation: Reservation, outcome: Outcome): ObservableInput<unknown> | undefined;
  /**
   * The server answered: it has charged the request by now, and its headers, when it sent any, show what was left.
   * They are compared with the level at which this reservation was charged, so a late answer does no harm. A store that
   * learns nothing leaves it out, and spares reading them.
   */
  learn?(reservation: Reservation, headers: LimitHeaders): ObservableInput<unknown> | undefined;
  /** Tells of what may let waiting requests go earlier than was said, or not at all any more. */
  changes(key: LimitKey): ObservableInput<LimitChange>;
  /** The buckets as they stand, for display and for predictions. The first value counts. */
  levels(key: LimitKey): ObservableInput<readonly BucketLevel[]>;
}
