import { type MonoTypeOperatorFunction, Observable, Subscription } from 'rxjs';
import { CancelledError } from '../errors/CancelledError.ts';
import { operate } from '../operators/internal/operate.ts';

/** The subscribers of each signal. There is one listener per signal, however many requests share it. */
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Ends a stream with a {@link CancelledError} when a signal is aborted.
 *
 * `addEventListener` searches the existing listeners, which takes longer with every request that shares a signal. So
 * each signal has one listener, and its subscribers are a set.
 *
 * @param model The model of the request, for the error.
 * @param cancel Ends the stream with the error, so that the error gets the part that had arrived. @default unsubscribes
 * from the stream
 */
export function untilAborted<T>(
  signal: AbortSignal,
  model?: string,
  cancel?: (error: CancelledError) => void,
): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((destination) => {
      const abort = (): void => {
        const error = new CancelledError({ cause: signal.reason, model });
        cancel?.(error);
        if (destination.closed) return;
        listening.unsubscribe();
        destination.error(error);
      };
      const listening = operate<T, T>({
        destination,
        finalize: () => {
          leave(signal, abort);
        },
      });
      if (signal.aborted) {
        abort();
        return;
      }
      join(signal, abort);
      source.subscribe(listening);
    });
}

function join(signal: AbortSignal, abort: () => void): void {
  let waiting = listeners.get(signal);
  if (waiting === undefined) {
    waiting = new Set();
    listeners.set(signal, waiting);
  }
  if (waiting.size === 0) signal.addEventListener('abort', abortAll);
  waiting.add(abort);
}

function leave(signal: AbortSignal, abort: () => void): void {
  const waiting = listeners.get(signal);
  if (waiting?.delete(abort) === true && waiting.size === 0) signal.removeEventListener('abort', abortAll);
}

function abortAll(this: AbortSignal): void {
  // An error of a finalizer is thrown after all subscribers were notified.
  const all = new Subscription();
  for (const abort of listeners.get(this) ?? []) all.add(abort);
  all.unsubscribe();
}
