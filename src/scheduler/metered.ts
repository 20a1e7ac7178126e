import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import type { StateToken } from '../model/Token.ts';
import { operate } from '../operators/operate.ts';
import { isState } from '../rules/isState.ts';
import type { AttemptMeter } from './Attempt.ts';

/**
 * Tells a meter what comes of one attempt, and how it ends, once: always before the subscriber hears of it, so that
 * whoever asks again at the end of an answer finds what it held given back.
 */
export function metered<T>(meter: AttemptMeter<T>): MonoTypeOperatorFunction<T | StateToken> {
  return (source) =>
    new Observable((destination) => {
      let ended = false;
      const end: typeof meter.ended = (how) => {
        if (ended) return;
        ended = true;
        meter.ended(how);
      };

      source.subscribe(
        operate<T | StateToken, T | StateToken>({
          destination,
          next: (value) => {
            if (!isState(value)) meter.value(value);
            else if (value.state === 'connected') meter.sent();
            destination.next(value);
          },
          error: (error) => {
            end({ type: 'failed', error });
            destination.error(error);
          },
          complete: () => {
            end({ type: 'completed' });
            destination.complete();
          },
          finalize: () => {
            end({ type: 'left' });
          },
        }),
      );
    });
}
