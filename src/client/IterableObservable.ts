import { Observable, type Subscriber } from 'rxjs';

/**
 * An Observable whose values can also be taken one by one, with `for await`: then the connection is read no faster than
 * the loop goes. Each loop is a request of its own, like each subscription.
 */
export type IterableObservable<T> = Observable<T> & AsyncIterable<T>;

export const iterableObservable = <T>(
  subscribe: (subscriber: Subscriber<T>) => void,
  iterate: () => AsyncIterator<T>,
): IterableObservable<T> => Object.assign(new Observable(subscribe), { [Symbol.asyncIterator]: iterate });
