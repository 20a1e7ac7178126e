import { Observable, type SchedulerLike } from 'rxjs';
import { TimeoutError } from '../errors/TimeoutError.ts';
import type { ModelId } from '../model/Models.ts';
import type { TokenCount } from '../model/TokenCount.ts';
import { later } from '../ports/clock.ts';

/** A counter that loads a file takes real time, which never passes in virtual time. */
const ADVICE =
  'Its prompt was still being counted: await `load()` of the `counter` first, or raise `timeouts.queue`. ' +
  'In virtual time, use a `counter` that answers synchronously, such as constantCounter().';

/** An asynchronous count, or an error if it takes longer than the request may wait. */
export const countedInTime = (
  count$: Observable<TokenCount>,
  model: ModelId,
  queue: number,
  scheduler: SchedulerLike,
): Observable<TokenCount> =>
  new Observable((destination) => {
    const fail = (): void => {
      destination.error(new TimeoutError('queue', queue, { model, advice: ADVICE }));
    };
    if (queue < Infinity) destination.add(later(scheduler, fail, queue));
    count$.subscribe(destination);
  });
