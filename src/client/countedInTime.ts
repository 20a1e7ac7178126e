import { Observable, type SchedulerLike } from 'rxjs';
import { TimeoutError } from '../errors/TimeoutError.ts';
import type { ModelId } from '../model/Models.ts';
import type { TokenCount } from '../model/TokenCount.ts';
import { later } from '../ports/clock.ts';

/** A count that comes later, or an error when it does not come while its request may wait. */
export const countedInTime = (
  count$: Observable<TokenCount>,
  model: ModelId,
  queue: number,
  scheduler: SchedulerLike,
): Observable<TokenCount> =>
  new Observable((destination) => {
    const fail = (): void => {
      destination.error(new TimeoutError('queue', queue, { model }));
    };
    if (queue < Infinity) destination.add(later(scheduler, fail, queue));
    count$.subscribe(destination);
  });
