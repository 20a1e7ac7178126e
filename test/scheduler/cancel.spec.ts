import { concat, map, NEVER, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { HttpError } from '../../src/errors/HttpError.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import { quota } from '../../src/testing/quota.ts';
import { wire } from '../../src/testing/wire.ts';
import { type RunHelpers, rx } from '../util/rx.ts';
import { type SetUp, setUp, wires } from '../util/scheduling.ts';

const fault = new HttpError(503, {}, { advice: '' });

/** A store that answers after ten frames. */
const slow = (helpers: RunHelpers): LimitStore => {
  const store = quota(5, 50, helpers);
  return {
    ...store,
    reserve: (reservation) => {
      const verdict = store.reserve(reservation);
      return timer(10, helpers.scheduler).pipe(map(() => ('type' in verdict ? verdict : { type: 'granted' as const })));
    },
  };
};

/** Each stage of a request, and how it is reached by frame 3. */
const stages: [stage: string, setUp: (helpers: RunHelpers) => SetUp, settled: string[]][] = [
  ['waits', () => ({ every: 100 }), ['used']],
  ['waits for the store', (helpers) => ({ limits: slow(helpers) }), []],
  ['has its reservation and no connection', () => ({ reply: () => NEVER }), ['unsent']],
  ['waits for the first byte', () => ({ reply: () => concat(of(wire.sent), NEVER) }), ['unknown']],
  ['streams', ({ cold }) => ({ reply: () => cold('(sh)', wires), every: 1 }), ['unknown']],
  [
    'has had a token',
    ({ cold }) => ({ reply: () => concat(of(wire.sent, wire.head(), wire.text('a')), cold('-----b', wires)) }),
    ['unknown'],
  ],
  ['pauses before a retry', () => ({ reply: () => throwError(() => fault) }), ['unsent']],
];

describe('unsubscribing from a request', () => {
  it.each(stages)('that %s should leave no timer, no connection and no reservation', (stage, config, settled) => {
    rx((helpers) => {
      const { ask, transport, store, under } = setUp(helpers, config(helpers));
      // Another request uses up the quota when this one has to wait.
      if (stage === 'waits') ask('first').subscribe();
      const heard: unknown[] = [];
      const request = ask('x', {
        retry: { initialDelay: 1_000 },
        timeouts: { queue: 5_000, connect: 500, total: 500 },
      });
      const leaving = request.subscribe({
        error: (e: unknown) => heard.push(e),
        complete: () => heard.push('complete'),
      });
      let left = { actions: 0, open: 0 };
      helpers.cold('---x').subscribe(() => {
        leaving.unsubscribe();
        left = {
          actions: helpers.scheduler.actions.filter((action) => !action.closed).length,
          open: transport.open,
        };
      });
      helpers.flush();
      expect(left.open).toBe(0);
      expect(heard).toEqual([]);
      expect(store.open.size).toBe(0);
      expect(store.settled.map(([, { type }]) => type)).toEqual(settled);
      let drained = false;
      under.drained$.subscribe({ complete: () => (drained = true) });
      under.complete();
      expect(drained).toBe(true);
    });
  });
});
