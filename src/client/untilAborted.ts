import { type MonoTypeOperatorFunction, Observable, Subscription } from 'rxjs';
import { CancelledError } from '../errors/CancelledError.ts';
import { operate } from '../operators/internal/operate.ts';

/** Those who listen to each signal. One listener for each signal, however many requests share it. */
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Ends a stream with a {@link CancelledError} when a signal is aborted.
 *
 * `addEventListener` looks for the listener among those that are there already, which takes longer with every request
 * that shares a signal. So each signal has one listener, and those who wait for it are a set.
 *
 * @param model The one that is asked, for the error.
 * @param cancel Lets the stream end with the error by itself, which knows what had come. @default unsubscribes from it
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
  // What a finalizer of one of them throws comes when all others have heard of it.
  const all = new Subscription();
  for (const abort of listeners.get(this) ?? []) all.add(abort);
  all.unsubscribe();
}
