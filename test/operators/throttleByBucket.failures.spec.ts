import { map, tap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { isStoreError } from '../../src/errors/guards.ts';
import type { Reservation } from '../../src/model/Reservation.ts';
import { prioritize } from '../../src/operators/prioritize.ts';
import { type ThrottleByBucketConfig, throttleByBucket } from '../../src/operators/throttleByBucket.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import { quota } from '../../src/testing/quota.ts';
import { type NamedJob, tokens } from '../util/jobs.ts';
import { rx } from '../util/rx.ts';
import { arriving, bad, type Granted, names, slow } from '../util/throttling.ts';

const throwing = (): never => {
  throw bad;
};

describe('throttleByBucket with a store that throws', () => {
  for (const method of ['changes', 'sent', 'learn', 'settle'] as const) {
    it(`should grant all jobs, one after the other, although ${method} throws`, () => {
      rx((helpers) => {
        const { scheduler } = helpers;
        const throwing: LimitStore = {
          ...quota(9, 90, helpers),
          [method]: () => {
            throw new Error('down');
          },
        };
        const throttle = throttleByBucket<NamedJob>({ store: throwing, scheduler, inFlight: 1 });
        const using = tap((grant: Granted) => {
          grant.sent();
          grant.learn({});
          timer(2, scheduler).subscribe(() => {
            grant.settle({ type: 'unknown' });
          });
        });
        const source = helpers.hot('(abc)|');
        const expected = '          a-b-c|';
        helpers.expectObservable(source.pipe(arriving(helpers), throttle, using, names)).toBe(expected);
      });
    });
  }

  it('should refuse a passing job for which the store throws, and keep the best job waiting', () => {
    rx((helpers) => {
      const store = quota(10, 1_000, { ...helpers, unit: 'tokens' });
      let asked = 0;
      const throwing: LimitStore = {
        ...store,
        reserve: (r: Reservation) => {
          asked += 1;
          if (asked === 3) throw new Error('down');
          return store.reserve(r);
        },
      };
      const refused: string[] = [];
      const throttle = throttleByBucket<NamedJob>({
        store: throwing,
        scheduler: helpers.scheduler,
        refuse: (job, error) => refused.push(`${job.name}${String(isStoreError(error))}`),
      });
      const cost = (name: string) => ({ cost: tokens(name === 'b' ? 9 : 2), priority: 'normal' as const });
      const source = helpers.hot('(abc)-|');
      const granted: string[] = [];
      source.pipe(arriving(helpers, cost), prioritize(), throttle, names).subscribe((name) => granted.push(name));
      helpers.flush();
      expect([granted, refused]).toEqual([['a', 'b'], ['ctrue']]);
    });
  });
});

describe('throttleByBucket with functions that throw', () => {
  it.each<[string, Partial<ThrottleByBucketConfig<NamedJob>>]>([
    ['key', { key: () => throwing() }],
    ['refuse', { refuse: () => throwing() }],
  ])('should fail with what %s throws', (_, config) => {
    rx((helpers) => {
      const throttle = throttleByBucket<NamedJob>({
        store: quota(1, 10, helpers),
        scheduler: helpers.scheduler,
        ...config,
      });
      const cost = () => ({ cost: { ...tokens(1), requests: 2 } });
      const source = helpers.hot('--(ab)--c');
      const granted = source.pipe(arriving(helpers, cost), prioritize(), throttle, names);
      helpers.expectObservable(granted).toBe('--#', undefined, bad);
    });
  });
});

describe('throttleByBucket with functions that throw later', () => {
  it('should fail with what `refuse` throws after an asynchronous verdict', () => {
    rx((helpers) => {
      const throttle = throttleByBucket<NamedJob>({
        store: slow(quota(1, 10, helpers), 2, helpers),
        scheduler: helpers.scheduler,
        refuse: () => throwing(),
      });
      const cost = () => ({ cost: { ...tokens(1), requests: 2 } });
      const granted = helpers.hot('--(ab)--c').pipe(arriving(helpers, cost), prioritize(), throttle, names);
      helpers.expectObservable(granted).toBe('----#', undefined, bad);
    });
  });

  it('should fail with what `key` throws when the limits change', () => {
    rx((helpers) => {
      let hasChanged = false;
      const throttle = throttleByBucket<NamedJob>({
        store: {
          ...quota(1, 90, helpers),
          changes: () =>
            helpers.cold<'limits'>('---x').pipe(
              map(() => {
                hasChanged = true;
                return 'limits';
              }),
            ),
        },
        scheduler: helpers.scheduler,
        key: ({ model }) => (hasChanged ? throwing() : model),
      });
      const granted = helpers.hot('(ab)').pipe(arriving(helpers), prioritize(), throttle, names);
      helpers.expectObservable(granted).toBe('a--#', undefined, bad);
    });
  });
});
