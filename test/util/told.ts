import type { Observable, Subscription } from 'rxjs';
import { Arrivals } from './Arrivals.ts';

/** The notifications of an Observable so far. */
export interface Told<T> {
  readonly values: Arrivals<T>;
  /** The terminal notifications in order. More than one entry is a defect. */
  readonly ends: readonly (readonly ['complete'] | readonly ['error', unknown])[];
  /** Settles when it has ended. */
  readonly ended: Promise<void>;
  /** The error, or undefined when it completed. */
  readonly error: Promise<unknown>;
  readonly subscription: Subscription;
}

/** Subscribes to an Observable and records its notifications. */
export function told<T>(source: Observable<T>): Told<T> {
  const values = new Arrivals<T>();
  const ends: (readonly ['complete'] | readonly ['error', unknown])[] = [];
  let end: () => void;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const subscription = source.subscribe({
    next: (value) => {
      values.add(value);
    },
    error: (error: unknown) => {
      ends.push(['error', error]);
      end();
    },
    complete: () => {
      ends.push(['complete']);
      end();
    },
  });
  return { values, ends, ended, error: ended.then(() => ends[0]?.[1]), subscription };
}
