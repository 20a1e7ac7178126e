import { type MonoTypeOperatorFunction, Observable, type SchedulerLike, type Unsubscribable } from 'rxjs';
import { TimeoutError, type TimeoutPhase } from '../errors/TimeoutError.ts';
import { later, systemClock } from '../ports/clock.ts';
import { isState } from '../rules/isState.ts';
import { operate } from './operate.ts';

/** How long each part of an answer may take, in milliseconds from the subscription on, which is the dispatch. */
export interface TimeoutsConfig {
  /** Until the connection is there and the request is being sent. */
  readonly connect?: number | undefined;
  /** Until the first token. */
  readonly firstToken?: number | undefined;
  /** From one token to the next. */
  readonly betweenTokens?: number | undefined;
  /** Until the end. */
  readonly total?: number | undefined;
  /** Whether nothing can come since the answer is not being read. The time between tokens does not run then. */
  readonly held?: (() => boolean) | undefined;
  /** The model that is asked, for the error. */
  readonly model?: string | undefined;
  /** Lets the answer end with an error by itself, which knows what had come of it. @default it is left */
  readonly fail?: ((error: TimeoutError) => void) | undefined;
  /** @default rxjs's asyncScheduler with the monotonic clock */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Ends an answer that takes too long, and says which part of it did.
 *
 * <span class="informal">Goes around the answer of one attempt, so the time in the queue does not count.</span>
 *
 * ![](../../marbles/timeouts.svg)
 *
 * Only what the answer says counts: a server that sends nothing but comments to keep the connection open is as silent
 * as one that sends nothing. State tokens do not count either, but for the one that tells that the connection is there.
 *
 * ## Example
 * ### Nothing for ten seconds
 * ```ts
 * import { send, timeouts } from 'rxgroq/operators';
 * import { mergeMap } from 'rxjs';
 *
 * grants$.pipe(send({ transport }), mergeMap((answer) => answer.pipe(timeouts({ firstToken: 10_000 }))));
 * ```
 *
 * @see {@link retryWithBackoff}
 * @param config How long each part may take. See {@link TimeoutsConfig}.
 * @return A function that returns an Observable of the same values.
 * @throws {TimeoutError} (as `error`) that names the phase and the time that it was allowed.
 */
export function timeouts<T>(config: TimeoutsConfig): MonoTypeOperatorFunction<T> {
  const { model, scheduler = systemClock, held } = config;

  return (source) =>
    new Observable((destination) => {
      const start = scheduler.now();
      // When the last token came. Until then the time to the first one runs.
      let lastToken: number | undefined;
      let connected = false;
      // One timer for all phases. It is not set anew with every token: when it is due it looks whether one has come.
      let timer: Unsubscribable | undefined;
      // For when it is set.
      let set = Infinity;

      const next = (): readonly [at: number, phase: TimeoutPhase] => {
        let due: readonly [number, TimeoutPhase] = [start + (config.total ?? Infinity), 'total'];
        const consider = (phase: 'connect' | 'firstToken' | 'betweenTokens', from: number): void => {
          const at = from + (config[phase] ?? Infinity);
          if (at < due[0]) due = [at, phase];
        };
        if (!connected) consider('connect', start);
        if (lastToken === undefined) consider('firstToken', start);
        else consider('betweenTokens', lastToken);
        return due;
      };

      const arm = (now: number): void => {
        timer?.unsubscribe();
        const [at] = next();
        set = at;
        if (at < Infinity) timer = later(scheduler, look, Math.ceil(at - now));
      };

      const look = (): void => {
        const now = scheduler.now();
        if (lastToken !== undefined && held?.() === true) lastToken = now;
        if (next()[0] > now) arm(now);
        // A program that was busy has a token waiting at the socket, perhaps: that is read before this comes.
        else timer = later(scheduler, fail, 0);
      };

      const fail = (): void => {
        const [at, phase] = next();
        const now = scheduler.now();
        if (at > now) {
          arm(now);
          return;
        }
        const error = new TimeoutError(phase, config[phase as keyof TimeoutsConfig] as number, { model });
        config.fail?.(error);
        if (listening.closed) return;
        // What the attempt holds is given back before anybody hears of its end.
        listening.unsubscribe();
        destination.error(error);
      };

      const listening = operate<T, T>({
        destination,
        next: (value) => {
          connected = true;
          if (!isState(value)) {
            const isFirst = lastToken === undefined;
            lastToken = scheduler.now();
            // From here on less may be allowed than the timer is set for.
            if (isFirst && next()[0] < set) arm(lastToken);
          }
          destination.next(value);
        },
        finalize: () => timer?.unsubscribe(),
      });
      if (!listening.closed) arm(start);
      source.subscribe(listening);
    });
}
