import type { Subscriber } from 'rxjs';
import type { StateToken } from '../model/Token.ts';
import type { Usage } from '../model/Usage.ts';
import { operate } from '../operators/operate.ts';
import { isState } from '../rules/isState.ts';
import type { Errand } from './Attempt.ts';
import type { About, RequestEvents } from './RequestEvents.ts';

/** What a request's listener works with. */
export interface ListenConfig<T> {
  readonly about: About;
  readonly errand: Errand<T>;
  readonly events: RequestEvents;
  /** The one who asked. */
  readonly destination: Subscriber<T | StateToken>;
  /** It has ended, in whichever way. */
  readonly left: () => void;
}

/**
 * Stands between the attempts of a request and the one who asked for it, as long as that one listens: keeps state
 * tokens from those who did not ask for them, and tells of the end.
 */
export function listen<T>({ about, errand, events, destination, left }: ListenConfig<T>): Subscriber<T | StateToken> {
  let ended = false;
  let usage: Usage | undefined;

  return operate<T | StateToken, T | StateToken>({
    destination,
    next: (value) => {
      if (isState(value)) {
        if (value.state === 'connected') events.tell(about, { type: 'connected' });
        if (!errand.lifecycle) return;
      } else if (events.observed) usage = errand.usage(value) ?? usage;
      destination.next(value);
    },
    error: (error) => {
      ended = true;
      events.failed(about, error);
      destination.error(error);
    },
    complete: () => {
      ended = true;
      events.tell(about, { type: 'finished', usage });
      destination.complete();
    },
    finalize: () => {
      if (!ended) events.tell(about, { type: 'cancelled' });
      left();
    },
  });
}
