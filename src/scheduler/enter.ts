import { type Subscriber, Subscription } from 'rxjs';
import type { Place } from '../model/Place.ts';
import type { StateToken } from '../model/Token.ts';
import { operate } from '../operators/operate.ts';
import { checkPlace } from '../rules/queue/checkPlace.ts';
import type { Attempt } from './Attempt.ts';

/**
 * Enters an attempt into the queue. One whose place can change leaves the queue and enters anew with each change, at
 * the rank that its arrival gives it there, until it is admitted.
 */
export function enter<T>(attempt: Attempt<T>, into: (attempt: Attempt) => void): void {
  const { place$ } = attempt.call;
  if (place$ === undefined) {
    into(attempt);
    return;
  }
  const moving = new Subscription();
  let current = attempt;
  let waiting: Subscriber<T | StateToken> | undefined;
  const place = ({ priority = current.priority, tenant = current.tenant, slack }: Place): void => {
    waiting?.unsubscribe();
    waiting = operate<T | StateToken, T | StateToken>({ destination: attempt.lifetime });
    const deadline = slack === undefined ? current.deadline : attempt.arrival + slack;
    current = { ...current, priority, tenant, deadline, lifetime: waiting, moving };
    into(current);
  };
  attempt.lifetime.add(moving);
  place({});
  moving.add(
    place$.subscribe({
      next: (value) => {
        try {
          place(checkPlace(value));
        } catch (error) {
          attempt.lifetime.error(error);
        }
      },
      error: (error: unknown) => {
        attempt.lifetime.error(error);
      },
    }),
  );
}
