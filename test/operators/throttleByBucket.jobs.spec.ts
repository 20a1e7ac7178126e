import { concat, map, NEVER, of, Subscription, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { prioritize } from '../../src/operators/prioritize.ts';
import { throttleByBucket } from '../../src/operators/throttleByBucket.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import { quota } from '../../src/testing/quota.ts';
import { jobMaker, type NamedJob, tokens } from '../util/jobs.ts';
import { rx } from '../util/rx.ts';
import { arriving } from '../util/throttling.ts';

describe('throttleByBucket without a backlog', () => {
  it('should continue when the first job leaves without having been sent', () => {
    rx((helpers) => {
      const lifetime = new Subscription();
      const source = helpers.hot('a-b---|');
      const expected = '          ---b--|';
      const cost = (name: string) => (name === 'a' ? { cost: tokens(9), lifetime } : {});
      const store = quota(10, 100, { ...helpers, unit: 'tokens' });
      void store.reserve({ key: 'm', id: 'others', cost: tokens(9) });
      timer(3, helpers.scheduler).subscribe(() => {
        lifetime.unsubscribe();
      });
      const throttle = throttleByBucket<NamedJob>({ store, scheduler: helpers.scheduler });
      const granted = source.pipe(
        arriving(helpers, cost),
        throttle,
        map(({ job }) => job.name),
      );
      helpers.expectObservable(granted).toBe(expected);
    });
  });

  it('should complete when the last waiting job leaves', () => {
    rx((helpers) => {
      const lifetime = new Subscription();
      const source = helpers.hot('(ab)|');
      const expected = '          a------|';
      timer(7, helpers.scheduler).subscribe(() => {
        lifetime.unsubscribe();
      });
      const throttle = throttleByBucket<NamedJob>({ store: quota(1, 100, helpers), scheduler: helpers.scheduler });
      const granted = source.pipe(
        arriving(helpers, (name) => (name === 'b' ? { lifetime } : {})),
        throttle,
        map(({ job }) => job.name),
      );
      helpers.expectObservable(granted).toBe(expected);
    });
  });
});

describe('the reservations of throttleByBucket', () => {
  it('should have other ids than those of another process that shares the store', () => {
    rx((helpers) => {
      const store = quota(9, 90, helpers);
      const ids = new Set<string>();
      const noting: LimitStore = {
        ...store,
        reserve: (reservation) => {
          ids.add(reservation.id);
          return store.reserve(reservation);
        },
      };
      for (const part of [0.25, 0.75]) {
        const throttle = throttleByBucket<NamedJob>({
          store: noting,
          scheduler: helpers.scheduler,
          random: () => part,
        });
        helpers.hot('(ab)|').pipe(arriving(helpers), throttle).subscribe();
      }
      helpers.flush();
      expect([ids.size, store.open.size]).toEqual([4, 4]);
    });
  });
});

describe('the question for a job that leaves a part of the day to others', () => {
  it('should stay the same while more urgent jobs go first', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const asked = new Set<string>();
      const store: LimitStore = {
        ...quota(9, 90, helpers),
        reserve: ({ priority, id }) => {
          if (priority !== 'low') return { type: 'granted' };
          asked.add(id);
          const ms = 50 - scheduler.now();
          return ms > 0 ? { type: 'wait', ms, dimension: 'tpd', rate: 0.001, yields: true } : { type: 'granted' };
        },
      };
      const granted = helpers.hot('l----h----h|').pipe(
        arriving(helpers),
        prioritize({ slack: { low: 0, high: 1_000 } }),
        throttleByBucket<NamedJob>({ store, scheduler }),
        map(({ job }) => job.name),
      );
      helpers.expectObservable(granted).toBe('-----h----h 39ms (l|)');
      helpers.flush();
      expect(asked.size).toBe(1);
    });
  });
});

describe('throttleByBucket with the system clock, unsubscribed within the turn', () => {
  it('should refuse no job', async () => {
    const refused: string[] = [];
    const refuse = ({ name }: NamedJob) => refused.push(name);
    const make = jobMaker({ expiresAt: 0 });
    const clock = { now: () => 0, schedule: () => Subscription.EMPTY };
    const throttled = (name: string) =>
      concat(of(make(name)), NEVER).pipe(throttleByBucket({ store: quota(1, 1_000, { scheduler: clock }), refuse }));
    const left = throttled('a').subscribe();
    const stays = throttled('b').subscribe();
    left.unsubscribe();
    await Promise.resolve();
    expect(refused).toEqual(['b']);
    stays.unsubscribe();
  });
});
