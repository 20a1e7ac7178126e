import { Subscription, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { isStoreError } from '../../src/errors/guards.ts';
import type { Reservation } from '../../src/model/Reservation.ts';
import { prioritize } from '../../src/operators/prioritize.ts';
import { throttleByBucket } from '../../src/operators/throttleByBucket.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import { quota } from '../../src/testing/quota.ts';
import { type NamedJob, tokens } from '../util/jobs.ts';
import { rx } from '../util/rx.ts';
import { arriving, names, slow } from '../util/throttling.ts';

describe('throttleByBucket with an asynchronous store', () => {
  it('should ask again after the announced wait, or when jobs have changed, and not before', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const store = quota(1, 10_000, helpers);
      const asked: number[] = [];
      const counted: LimitStore = {
        ...store,
        reserve: (r) => {
          asked.push(scheduler.now());
          return slow(store, 2, helpers).reserve(r);
        },
      };
      const source = helpers.hot('(ac) 3s d|');
      const throttle = throttleByBucket<NamedJob>({ store: counted, scheduler });
      const granted: string[] = [];
      source.pipe(arriving(helpers), prioritize(), throttle, names).subscribe((name) => granted.push(name));
      helpers.flush();
      expect(granted).toEqual(['a', 'c', 'd']);
      // For a, for c, for c again when d arrives, then for each when its wait is over.
      expect(asked.map((at) => Math.round(at / 1_000))).toEqual([0, 0, 3, 10, 10, 20]);
    });
  });

  it('should ask again at once when something changed during the question', () => {
    rx((helpers) => {
      const store = quota(10, 1_000, { ...helpers, unit: 'tokens' });
      const others: Reservation = { key: 'm', id: 'others', cost: tokens(6), priority: 'low' };
      void store.reserve(others);
      const throttle = throttleByBucket<NamedJob>({ store: slow(store, 5, helpers), scheduler: helpers.scheduler });
      const granted = helpers.hot('l----------|').pipe(
        arriving(helpers, () => ({ cost: tokens(9) })),
        throttle,
        names,
      );
      helpers.cold('---x').subscribe(() => void store.settle(others, { type: 'unsent' }));
      helpers.expectObservable(granted).toBe('----------l|');
    });
  });

  it('should use a grant for the best job that it covers', () => {
    rx((helpers) => {
      const source = helpers.hot('l-h----|');
      const expected = '          -----h---------(l|)';
      const throttle = throttleByBucket<NamedJob>({
        store: slow(quota(1, 10, helpers), 5, helpers),
        scheduler: helpers.scheduler,
      });
      helpers.expectObservable(source.pipe(arriving(helpers), prioritize(), throttle, names)).toBe(expected);
    });
  });

  it('should use a grant for the job that asked when it does not cover a better one', () => {
    rx((helpers) => {
      const source = helpers.hot('l-h----|');
      const order: string[] = [];
      const store = quota(10, 1_000, { ...helpers, unit: 'tokens' });
      const cost = (name: string) => ({ cost: tokens(name === 'h' ? 9 : 1) });
      const throttle = throttleByBucket<NamedJob>({ store: slow(store, 5, helpers), scheduler: helpers.scheduler });
      source.pipe(arriving(helpers, cost), prioritize(), throttle, names).subscribe((name) => order.push(name));
      helpers.flush();
      expect(order).toEqual(['l', 'h']);
      expect(store.settled).toEqual([]);
    });
  });

  it('should give a reservation back whose job has left', () => {
    rx((helpers) => {
      const lifetime = new Subscription();
      const store = quota(1, 100, helpers);
      const source = helpers.hot('l-------');
      const throttle = throttleByBucket<NamedJob>({ store: slow(store, 5, helpers), scheduler: helpers.scheduler });
      timer(2, helpers.scheduler).subscribe(() => {
        lifetime.unsubscribe();
      });
      const result = source.pipe(
        arriving(helpers, () => ({ lifetime })),
        prioritize(),
        throttle,
        names,
      );
      helpers.expectObservable(result, '----------!').toBe('-----------');
      helpers.flush();
      expect(store.open.size).toBe(0);
      expect(store.settled).toEqual([[expect.any(String), { type: 'unsent' }]]);
    });
  });

  it('should give a reservation back that is granted after it was unsubscribed', () => {
    rx((helpers) => {
      const store = quota(1, 100, helpers);
      const source = helpers.hot('l-------');
      const throttle = throttleByBucket<NamedJob>({ store: slow(store, 5, helpers), scheduler: helpers.scheduler });
      helpers.expectObservable(source.pipe(arriving(helpers), prioritize(), throttle, names), '--!').toBe('---');
      helpers.flush();
      expect(store.open.size).toBe(0);
      expect(store.settled).toEqual([[expect.any(String), { type: 'unsent' }]]);
    });
  });

  it('should refuse the job for which the store failed, and continue with the others', () => {
    rx((helpers) => {
      const store = quota(5, 100, helpers);
      let asked = 0;
      const failing: LimitStore = {
        ...store,
        reserve: (r: Reservation) => {
          asked += 1;
          if (asked === 1) throw new Error('down');
          return asked === 2 ? throwError(() => new Error('down')) : store.reserve(r);
        },
      };
      const refused: string[] = [];
      const throttle = throttleByBucket<NamedJob>({
        store: failing,
        scheduler: helpers.scheduler,
        refuse: (job, error) => refused.push(`${job.name}${String(isStoreError(error))}`),
      });
      const source = helpers.hot('(abc)|');
      helpers.expectObservable(source.pipe(arriving(helpers), prioritize(), throttle, names)).toBe('b----|');
      helpers.flush();
      expect(refused).toEqual(['atrue', 'ctrue']);
    });
  });
});
