import { Observable, type Subscriber } from 'rxjs';

/**
 * An Observable whose values can also be taken one by one, with `for await`: then the connection is read no faster than
 * the loop goes. Each loop is a request of its own, like each subscription.
 */
export type IterableObservable<T> = Observable<T> & AsyncIterable<T>;

export const iterableObservable = <T>(
  subscribe: (subscriber: Subscriber<T>) => void,
  iterate: () => AsyncIterator<T>,
): IterableObservable<T> => {
  const values = new Observable(subscribe) as Observable<T> & Partial<AsyncIterable<T>>;
  values[Symbol.asyncIterator] = iterate;
  return values as IterableObservable<T>;
};
