import { map, Observable, config as rxjs, take } from 'rxjs';
import { afterEach, describe, expect, vi } from 'vitest';
import { LAST_CHUNK } from '../util/http.ts';
import { BEGUN, WHOLE, well, writes } from './answers.ts';
import { type Fault, ONE, request, testFaults } from './harness.ts';

/** Exceptions of observers, as reported by rxjs. */
const reported: unknown[] = [];

/** A consumer whose observer throws at every value. */
const throwing = (source: Observable<unknown>): Observable<unknown> =>
  new Observable((destination) =>
    source.subscribe({
      next: (value) => {
        destination.next(value);
        throw new RangeError('boom');
      },
      error: (error: unknown) => {
        destination.error(error);
      },
      complete: () => {
        destination.complete();
      },
    }),
  );

const consumers: readonly Fault[] = [
  {
    id: '51/pipe',
    what: 'a consumer that throws in its pipe',
    answer: writes(BEGUN),
    ask: (groq, call) =>
      groq.chat(request, call).pipe(
        map(() => {
          throw new RangeError('boom');
        }),
      ),
    outcomes: ['unknown'],
    error: { message: 'boom' },
  },
  {
    id: '51/observer',
    what: 'a consumer that throws in its observer, which rxjs reports and goes on',
    answer: well,
    ask: (groq, call) => {
      rxjs.onUnhandledError = (error) => reported.push(error);
      return throwing(groq.chat(request, call));
    },
    pooled: 1,
    after: async ({ asked }) => {
      await vi.waitUntil(() => reported.length === asked.values.length, { timeout: 20_000, interval: 5 });
      expect(reported).toEqual(asked.values.all.map(() => new RangeError('boom')));
    },
  },
  {
    id: '52',
    what: 'a consumer that leaves from within its first value',
    answer: writes(WHOLE.subarray(0, -LAST_CHUNK.length)),
    ask: (groq, call) => groq.chat(request, call).pipe(take(1)),
    text: ONE,
    outcomes: ['unknown'],
  },
];

describe('consumers', () => {
  afterEach(() => {
    rxjs.onUnhandledError = null;
  });
  testFaults(consumers);
});
