import {
  concat,
  EMPTY,
  from,
  map,
  mergeMap,
  NEVER,
  of,
  Subject,
  Subscription,
  subscribeOn,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { isRequestTooLargeError } from '../../src/errors/guards.ts';
import type { Outcome } from '../../src/model/Outcome.ts';
import { prioritize } from '../../src/operators/prioritize.ts';
import { throttleByBucket } from '../../src/operators/throttleByBucket.ts';
import type { LimitChange, LimitStore } from '../../src/ports/LimitStore.ts';
import { quota } from '../../src/testing/quota.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { jobMaker, type NamedJob, tokens } from '../util/jobs.ts';
import { marbles } from '../util/marbles.ts';
import { rx } from '../util/rx.ts';
import { arriving, bad, type Granted, names, slow } from '../util/throttling.ts';
import { told } from '../util/told.ts';

describe('throttleByBucket', () => {
  it('should behave as its marble diagram shows', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const { source, expected } = marbles('throttleByBucket');
      const store = quota(2, 16, helpers);
      const throttle = throttleByBucket<NamedJob>({ store, scheduler });
      const result = helpers.hot(source).pipe(arriving(helpers), prioritize(), throttle, names);
      helpers.expectObservable(result).toBe(expected);
    });
  });

  it('should sort the jobs of one frame before it grants the first', () => {
    rx((helpers) => {
      const source = helpers.hot('(lmh)|');
      const subs = '              ^----!';
      const expected = '          h---------m---------(l|)';
      const throttle = throttleByBucket<NamedJob>({ store: quota(1, 10, helpers), scheduler: helpers.scheduler });
      helpers.expectObservable(source.pipe(arriving(helpers), prioritize(), throttle, names)).toBe(expected);
      helpers.expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('should not sort a job among the others that arrives by an action of the same frame after them', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const source = helpers.hot('(lm)|');
      const expected = '          m---------h---------(l|)';
      const make = jobMaker();
      const arrive = mergeMap((name: string) =>
        name === 'm' ? concat(of(make(name)), of(make('h')).pipe(subscribeOn(scheduler))) : of(make(name)),
      );
      const throttle = throttleByBucket<NamedJob>({ store: quota(1, 10, helpers), scheduler });
      helpers.expectObservable(source.pipe(arrive, prioritize(), throttle, names)).toBe(expected);
    });
  });

  it('should let a later job overtake waiting ones', () => {
    rx((helpers) => {
      const source = helpers.hot('l-l---h|');
      const expected = '          l---------h---------(l|)';
      const throttle = throttleByBucket<NamedJob>({ store: quota(1, 10, helpers), scheduler: helpers.scheduler });
      helpers.expectObservable(source.pipe(arriving(helpers), prioritize(), throttle, names)).toBe(expected);
    });
  });

  it('should grant jobs without a backlog in order of arrival', () => {
    rx((helpers) => {
      const source = helpers.hot('(lh)|');
      const expected = '          l---------(h|)';
      const throttle = throttleByBucket<NamedJob>({ store: quota(1, 10, helpers), scheduler: helpers.scheduler });
      helpers.expectObservable(source.pipe(arriving(helpers), throttle, names)).toBe(expected);
    });
  });

  it('should serve tenants in turn, also without a backlog', () => {
    rx((helpers) => {
      const source = helpers.hot('(acdx)|');
      const expected = '          a-x-c-(d|)';
      const tenant = (name: string) => ({ tenant: name === 'x' ? 'other' : 'first' });
      const throttle = throttleByBucket<NamedJob>({ store: quota(1, 2, helpers), scheduler: helpers.scheduler });
      helpers.expectObservable(source.pipe(arriving(helpers, tenant), throttle, names)).toBe(expected);
    });
  });

  it('should continue when the best job leaves without having been sent', () => {
    rx((helpers) => {
      const lifetime = new Subscription();
      const source = helpers.hot('h-l---|');
      const expected = '          ---l--|';
      const cost = (name: string) => (name === 'h' ? { cost: tokens(9), lifetime } : { cost: tokens(1) });
      const store = quota(10, 100, { ...helpers, unit: 'tokens' });
      void store.reserve({ key: 'm', id: 'others', cost: tokens(9) });
      timer(3, helpers.scheduler).subscribe(() => {
        lifetime.unsubscribe();
      });
      // Without bypass, l waits for h although it fits.
      const throttle = throttleByBucket<NamedJob>({ store, scheduler: helpers.scheduler, bypass: 0 });
      helpers.expectObservable(source.pipe(arriving(helpers, cost), prioritize(), throttle, names)).toBe(expected);
    });
  });

  it('should keep at most `inFlight` grants open, and continue when one is settled', () => {
    rx((helpers) => {
      const source = helpers.hot('(abc)|');
      const expected = '          (ab)-(c|)';
      const throttle = throttleByBucket<NamedJob>({
        store: quota(9, 90, helpers),
        scheduler: helpers.scheduler,
        inFlight: 2,
      });
      const settling = tap((grant: Granted) => {
        timer(5, helpers.scheduler).subscribe(() => {
          grant.settle({ type: 'unknown' });
        });
      });
      helpers.expectObservable(source.pipe(arriving(helpers), throttle, settling, names)).toBe(expected);
    });
  });

  it('should check again when units are given back', () => {
    rx((helpers) => {
      const source = helpers.hot('(ab)|');
      const expected = '          a--b|';
      const throttle = throttleByBucket<NamedJob>({ store: quota(1, 90, helpers), scheduler: helpers.scheduler });
      const settling = tap((grant: Granted) => {
        timer(3, helpers.scheduler).subscribe(() => {
          grant.settle({ type: 'unsent' });
        });
      });
      helpers.expectObservable(source.pipe(arriving(helpers), throttle, settling, names)).toBe(expected);
    });
  });

  it('should charge its tenant for usage, and for a turn that was refused', () => {
    rx((helpers) => {
      const outcomes: readonly Outcome[] = [
        { type: 'unsent' },
        { type: 'rejected', ms: 0 },
        { type: 'used', cost: tokens(0) },
        { type: 'unknown' },
      ];
      const started = outcomes.map((outcome) => {
        const order: string[] = [];
        const jobs = helpers.hot('(xyz)').pipe(
          arriving(helpers, (name) => ({ cost: tokens(10), tenant: name === 'z' ? 'b' : 'a' })),
          prioritize(),
          throttleByBucket<NamedJob>({
            store: quota(9, 90, helpers),
            scheduler: helpers.scheduler,
            inFlight: 1,
          }),
        );
        jobs.subscribe((grant) => {
          order.push(grant.job.name);
          grant.sent();
          timer(1, helpers.scheduler).subscribe(() => {
            grant.settle(outcome);
          });
        });
        return order;
      });
      helpers.flush();
      expect(started.map((order) => order.join(''))).toEqual(['xyz', 'xzy', 'xyz', 'xzy']);
    });
  });

  it('should repeat a question with the same reservation until it is granted', () => {
    rx((helpers) => {
      const store = quota(1, 10, helpers);
      const asked: (string | undefined)[] = [];
      const noting: LimitStore = {
        ...store,
        reserve: (reservation) => {
          asked.push(reservation.id);
          return store.reserve(reservation);
        },
      };
      const throttle = throttleByBucket<NamedJob>({ store: noting, scheduler: helpers.scheduler });
      helpers.hot('(lm)|').pipe(arriving(helpers), prioritize(), throttle).subscribe();
      helpers.flush();
      expect(asked).toHaveLength(3);
      expect(asked[2]).toBe(asked[1]);
      expect(asked[1]).not.toBe(asked[0]);
    });
  });

  it('should complete at once for an empty source, and never for one that never completes', () => {
    rx((helpers) => {
      const throttle = throttleByBucket<NamedJob>({ store: quota(1, 1, helpers), scheduler: helpers.scheduler });
      helpers.expectObservable(EMPTY.pipe(throttle)).toBe('|');
      helpers.expectObservable(NEVER.pipe(throttle), '-----!').toBe('------');
    });
  });

  it('should pass an error on at once', () => {
    rx((helpers) => {
      const throttle = throttleByBucket<NamedJob>({ store: quota(1, 9, helpers), scheduler: helpers.scheduler });
      const source = concat(
        helpers.cold('(ab)|'),
        throwError(() => bad),
      );
      helpers.expectObservable(source.pipe(arriving(helpers), throttle, names)).toBe('a---#', undefined, bad);
    });
  });

  it('should parse the headers of an answer only for a store that learns from them', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const make = jobMaker();
      const learned: unknown[] = [];
      const unread = new Proxy({}, { get: () => expect.fail('it was read') });
      const granted = (store: LimitStore): Granted[] => {
        const grants: Granted[] = [];
        of(make('a'))
          .pipe(throttleByBucket({ store, scheduler }))
          .subscribe((grant) => grants.push(grant));
        scheduler.flush();
        return grants;
      };
      const [deaf] = granted(quota(1, 10, helpers));
      deaf?.sent();
      deaf?.learn(unread);
      const [hearing] = granted({
        ...quota(1, 10, helpers),
        learn: (_, headers) => {
          learned.push(headers);
          return undefined;
        },
      });
      hearing?.learn(unread);
      hearing?.sent();
      hearing?.learn({ 'x-ratelimit-remaining-tokens': '7' });
      expect(learned).toEqual([{ tpm: { remaining: 7 } }]);
    });
  });

  it('should leave no timer when unsubscribed early', () => {
    rx((helpers) => {
      const source = helpers.hot('(ab)--|');
      const throttle = throttleByBucket<NamedJob>({ store: quota(1, 90, helpers), scheduler: helpers.scheduler });
      helpers.expectObservable(source.pipe(arriving(helpers), throttle, names), '---!').toBe('a---');
      helpers.expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });

  it('should leave no timer when unsubscribed, whether it was about to check or waits', () => {
    const clock = virtualClock();
    const store = quota(1, 1_000, { scheduler: clock });
    const make = jobMaker();
    const source = concat(of(make('a'), make('b')), NEVER);
    const throttled = source.pipe(throttleByBucket<NamedJob>({ store, scheduler: clock }));
    const looking = throttled.subscribe();
    expect(clock.pending).toBe(1);
    looking.unsubscribe();
    expect(clock.pending).toBe(0);
    const waiting = throttled.subscribe();
    clock.flush(10);
    expect(clock.pending).toBe(1);
    waiting.unsubscribe();
    expect(clock.pending).toBe(0);
  });

  it('should unsubscribe from changes of its buckets when unsubscribed', () => {
    rx((helpers) => {
      const store = quota(1, 90, helpers);
      let listening = 0;
      const changes = (key: string) =>
        from(store.changes(key)).pipe(tap({ subscribe: () => (listening += 1), finalize: () => (listening -= 1) }));
      const source = helpers.hot('(ab)');
      const subscription = source
        .pipe(
          arriving(helpers),
          throttleByBucket<NamedJob>({ store: { ...store, changes }, scheduler: helpers.scheduler }),
        )
        .subscribe();
      helpers.cold('--x').subscribe(() => {
        expect(listening).toBe(1);
        subscription.unsubscribe();
      });
      helpers.flush();
      expect(listening).toBe(0);
    });
  });

  it('should unsubscribe from changes that end it while it is subscribing to them', () => {
    rx((helpers) => {
      let listening = 0;
      const changes = () =>
        concat(of<'limits'>('limits'), NEVER).pipe(
          tap({ subscribe: () => (listening += 1), finalize: () => (listening -= 1) }),
        );
      const levels = () => of([{ dimension: 'rpm', limit: 0, level: 0, rate: 1, foreign: 0, pausedFor: 0 } as const]);
      const store = { ...quota(1, 90, helpers), changes, levels };
      const throttle = throttleByBucket<NamedJob>({ store, scheduler: helpers.scheduler });
      const granted = told(helpers.hot('(ab)').pipe(arriving(helpers), throttle));
      helpers.flush();
      expect(granted.ends.map(([, error]) => isRequestTooLargeError(error))).toEqual([true]);
      expect(listening).toBe(0);
    });
  });

  it('should not ask again because of a change that its own question has caused', () => {
    const clock = virtualClock();
    const changes = new Subject<LimitChange>();
    let asked = 0;
    const store: LimitStore = {
      ...quota(1, 90, { scheduler: clock }),
      reserve: () => {
        if (asked++ < 100) changes.next('level');
        return { type: 'wait', ms: 50, dimension: 'rpm', rate: 1 };
      },
      changes: () => changes,
    };
    const throttle = throttleByBucket<NamedJob>({ store, scheduler: clock });
    const running = concat(of(jobMaker()('a')), NEVER)
      .pipe(throttle)
      .subscribe();
    clock.flush(10);
    expect(asked).toBe(1);
    running.unsubscribe();
  });

  it('should check again when the changes of its buckets fail', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const inner = quota(1, 1_000_000, helpers);
      let isThere = false;
      const store: LimitStore = {
        ...inner,
        reserve: (r) => (isThere ? { type: 'granted' } : inner.reserve(r)),
        changes: () =>
          helpers.cold('---x').pipe(
            map(() => {
              isThere = true;
              throw bad;
            }),
          ),
      };
      const throttle = throttleByBucket<NamedJob>({ store, scheduler });
      helpers.expectObservable(helpers.hot('(ac)|').pipe(arriving(helpers), throttle, names)).toBe('a--c|');
    });
  });

  it('should not use a grant of one bucket for a job of another', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const store = slow(quota(1, 100, helpers), 5, helpers);
      const keys: string[] = [];
      const throttle = throttleByBucket<NamedJob>({ store, scheduler });
      const other = (name: string) => ({ model: name === 'h' ? 'other' : 'm' });
      const source = helpers.hot('l-h|');
      source.pipe(arriving(helpers, other), prioritize(), throttle).subscribe(({ job, reservation }) => {
        keys.push(`${job.model} ${reservation.key}`);
      });
      helpers.flush();
      expect(keys).toEqual(['m m', 'other other']);
    });
  });

  it('should have one timer, however many jobs wait', () => {
    rx((helpers) => {
      const store = quota(1, 90, helpers);
      const make = jobMaker();
      const jobs = Array.from({ length: 1_000 }, () => make('l', { expiresAt: 50 }));
      const running = of(...jobs)
        .pipe(prioritize(), throttleByBucket({ store, scheduler: helpers.scheduler, refuse: () => undefined }))
        .subscribe();
      let open = 0;
      timer(10, helpers.scheduler).subscribe(() => {
        open = helpers.scheduler.actions.filter((action) => !action.closed).length;
        running.unsubscribe();
      });
      helpers.flush();
      expect(open).toBe(1);
    });
  });
});

describe('throttleByBucket with the system clock', () => {
  it('should sort the jobs of one turn in a microtask', async () => {
    const jobs = new Subject<NamedJob>();
    const store = quota(3, 1_000, { scheduler: { now: () => 0, schedule: () => Subscription.EMPTY } });
    const order: string[] = [];
    const running = jobs.pipe(prioritize(), throttleByBucket({ store }), names).subscribe((name) => order.push(name));
    const make = jobMaker();
    for (const name of 'lmh') jobs.next(make(name));
    expect(order).toEqual([]);
    await Promise.resolve();
    expect(order).toEqual(['h', 'm', 'l']);
    running.unsubscribe();
  });
});
