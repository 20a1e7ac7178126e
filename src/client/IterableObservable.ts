import { Observable, type Subscriber } from 'rxjs';

/**
 * An Observable that can also be iterated with `for await`; the connection is then read no faster than the loop runs.
 * Each loop is a separate request, like each subscription.
 */
export type IterableObservable<T> = Observable<T> & AsyncIterable<T>;

export const iterableObservable = <T>(
  subscribe: (subscriber: Subscriber<T>) => void,
  iterate: () => AsyncIterator<T>,
): IterableObservable<T> => Object.assign(new Observable(subscribe), { [Symbol.asyncIterator]: iterate });
