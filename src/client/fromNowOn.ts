import { type Observable, ReplaySubject, type Subscription } from 'rxjs';

/**
 * Subscribes to a source now, for one that listens later and would miss what the source emits meanwhile.
 *
 * @param lifetime Ends the subscription to the source.
 */
export function fromNowOn<T>(source$: Observable<T>, lifetime: Subscription): Observable<T> {
  const kept = new ReplaySubject<T>(Infinity);
  lifetime.add(source$.subscribe(kept));
  return kept;
}
