import {
  concat,
  EMPTY,
  from,
  map,
  NEVER,
  type Observable,
  of,
  Subject,
  Subscription,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import type { GroqError } from '../../src/errors/GroqError.ts';
import { isRequestTooLargeError, isStoreError, isTimeoutError } from '../../src/errors/guards.ts';
import type { Grant } from '../../src/model/Grant.ts';
import type { Outcome } from '../../src/model/Outcome.ts';
import { DEFAULT_PACING } from '../../src/model/Priority.ts';
import type { Reservation } from '../../src/model/Reservation.ts';
import type { Verdict } from '../../src/model/Verdict.ts';
import { prioritize } from '../../src/operators/prioritize.ts';
import { type ThrottleByBucketConfig, throttleByBucket } from '../../src/operators/throttleByBucket.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import { quota } from '../../src/testing/quota.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { jobMaker, type NamedJob, tokens } from '../util/jobs.ts';
import { marbles } from '../util/marbles.ts';
import { type RunHelpers, rx } from '../util/rx.ts';
import { told } from '../util/told.ts';

type Granted = Grant<NamedJob>;

/** Turns names into jobs that arrive when their marble does. */
const arriving =
  ({ scheduler }: RunHelpers, rest: (name: string) => Partial<NamedJob> = () => ({})) =>
  (source: Observable<string>): Observable<NamedJob> => {
    const make = jobMaker();
    return source.pipe(map((name) => make(name, { arrival: scheduler.now(), ...rest(name) })));
  };

const names = (source: Observable<Granted>): Observable<string> => source.pipe(map(({ job }) => job.name));

/** A store that answers after `ms` frames, with the level at the time of the question. */
const slow = (store: LimitStore, ms: number, { scheduler }: RunHelpers): LimitStore => ({
  reserve: (r) => {
    const verdict = store.reserve(r);
    return timer(ms, scheduler).pipe(map(() => verdict as Verdict));
  },
  settle: (r, outcome) => store.settle(r, outcome),
  learn: (r, headers) => store.learn?.(r, headers),
  changes: (key) => store.changes(key),
  levels: (key) => store.levels(key),
});

/** Each granted job uses its whole cost at once. */
const used = tap<Grant<NamedJob>>((grant) => {
  grant.sent();
  grant.settle({ type: 'unknown' });
});

const bad = new Error('bad');

const throwing = (): never => {
  throw bad;
};

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

  it('should refuse a job at once that can never fit, and not block the others', () => {
    rx((helpers) => {
      const source = helpers.hot('(hl)|');
      const expected = '          l---|';
      const refused: [string, GroqError][] = [];
      const throttle = throttleByBucket<NamedJob>({
        store: quota(10, 100, { ...helpers, unit: 'tokens' }),
        scheduler: helpers.scheduler,
        refuse: (job, error) => refused.push([job.name, error]),
      });
      const cost = (name: string) => ({ cost: tokens(name === 'h' ? 11 : 1) });
      helpers.expectObservable(source.pipe(arriving(helpers, cost), prioritize(), throttle, names)).toBe(expected);
      helpers.flush();
      expect(refused).toMatchObject([['h', { cost: 11, limit: 10, model: 'm' }]]);
      expect(refused[0]?.[1]).toSatisfy(isRequestTooLargeError);
    });
  });

  it('should fail with a refusal that is not handled', () => {
    rx((helpers) => {
      const source = helpers.hot('h-----');
      const throttle = throttleByBucket<NamedJob>({ store: quota(1, 10, helpers), scheduler: helpers.scheduler });
      const cost = () => ({ cost: { ...tokens(1), requests: 2 } });
      const result = source.pipe(arriving(helpers, cost), throttle, names);
      const seen: unknown[] = [];
      result.subscribe({ error: (error: unknown) => seen.push(error) });
      helpers.flush();
      expect(seen).toHaveLength(1);
      expect(seen[0]).toSatisfy(isRequestTooLargeError);
      helpers.expectSubscriptions(source.subscriptions).toBe('(^!)');
    });
  });

  it('should refuse jobs that have waited too long, wherever they are in the queue', () => {
    rx((helpers) => {
      const source = helpers.hot('(hlm)------|');
      const expected = '          h-------------------(m|)';
      const refused: string[] = [];
      const throttle = throttleByBucket<NamedJob>({
        store: quota(1, 20, helpers),
        scheduler: helpers.scheduler,
        refuse: (job, error) => refused.push(`${job.name}${helpers.scheduler.now()}${String(isTimeoutError(error))}`),
      });
      const until = (name: string) => (name === 'l' ? { expiresAt: 7 } : {});
      helpers.expectObservable(source.pipe(arriving(helpers, until), prioritize(), throttle, names)).toBe(expected);
      helpers.flush();
      expect(refused).toEqual(['l7true']);
    });
  });

  it('should report the limit of the wait without rounding errors', () => {
    rx((helpers) => {
      const errors: GroqError[] = [];
      const make = jobMaker({ arrival: 3.3, expiresAt: 3.3 + 7 });
      of(make('h'), make('l'))
        .pipe(
          prioritize(),
          throttleByBucket({
            store: quota(1, 90, helpers),
            scheduler: helpers.scheduler,
            refuse: (_, error) => errors.push(error),
          }),
        )
        .subscribe();
      helpers.flush();
      expect(errors).toMatchObject([{ limit: 7 }]);
      expect(String(errors[0])).toContain('within 7 ms.');
    });
  });

  it('should refuse many expired jobs in groups, since a prediction for each would take too long', () => {
    rx((helpers) => {
      const make = jobMaker();
      const refused: number[] = [];
      from(Array.from({ length: 1_000 }, (_, i) => make('l', { expiresAt: 10 + i })))
        .pipe(
          prioritize(),
          throttleByBucket({
            store: quota(1, 9_000, helpers),
            scheduler: helpers.scheduler,
            refuse: () => refused.push(helpers.scheduler.now()),
          }),
        )
        .subscribe();
      helpers.flush();
      const moments = [...new Set(refused)];
      expect(refused).toHaveLength(999);
      expect(moments.slice(0, 4)).toEqual([11, 30, 49, 68]);
      // The last ones are refused exactly when they expire.
      expect(moments.slice(-48)).toEqual(Array.from({ length: 48 }, (_, i) => 962 + i));
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

  it('should let a small job pass a blocked large one, within its share of slack', () => {
    rx((helpers) => {
      // 10 tokens in 1,000 frames, level 4. The large job needs 9 and has 600 frames of slack. A quarter of that lets
      // one small job of a token pass, which delays it by 100 frames, but not a second one.
      const source = helpers.hot('(lab)|');
      const store = quota(10, 1_000, { ...helpers, unit: 'tokens' });
      void store.reserve({ key: 'm', id: 'others', cost: tokens(6) });
      const cost = (name: string) => ({ cost: tokens(name === 'l' ? 9 : 1) });
      const order: string[] = [];
      const slack = { low: 600, normal: 600, high: 600, background: 600 };
      const throttle = throttleByBucket<NamedJob>({ store, scheduler: helpers.scheduler });
      source
        .pipe(arriving(helpers, cost), prioritize({ slack }), throttle, names)
        .subscribe((name) => order.push(`${name}${helpers.scheduler.now()}`));
      helpers.flush();
      expect(order).toEqual(['a0', 'l600', 'b700']);
    });
  });

  it('should skip jobs that do not fit either, and let the next one pass that does', () => {
    rx((helpers) => {
      // The level is 4 of 10 tokens.
      const store = quota(10, 1_000, { ...helpers, unit: 'tokens' });
      void store.reserve({ key: 'm', id: 'others', cost: tokens(6) });
      const cost = (name: string) => ({ cost: tokens({ l: 9, m: 5 }[name] ?? 1), priority: 'low' as const });
      const order: string[] = [];
      const throttle = throttleByBucket<NamedJob>({ store, scheduler: helpers.scheduler });
      const source = helpers.hot('(lma)|');
      source
        .pipe(arriving(helpers, cost), prioritize(), throttle, names)
        .subscribe((name) => order.push(`${name}${helpers.scheduler.now()}`));
      helpers.flush();
      expect(order).toEqual(['a0', 'l600', 'm1100']);
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

  it('should let the same jobs pass with an asynchronous store', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      // Only the first two small jobs fit into the share of slack of the large one.
      const granted = (late: boolean): string[] => {
        const store = quota(100, 100_000, { ...helpers, unit: 'tokens' });
        const started: string[] = [];
        const throttle = throttleByBucket<NamedJob>({
          store: late ? slow(store, 1, helpers) : store,
          scheduler,
          bypass: 0.25,
        });
        const cost = (name: string) => ({ cost: tokens({ x: 90, b: 50 }[name] ?? 5), priority: 'normal' as const });
        const jobs = helpers.hot('(xbacde)|').pipe(arriving(helpers, cost), prioritize(), throttle, names);
        jobs.subscribe((name) => started.push(name));
        return started;
      };
      const [atOnce, later] = [granted(false), granted(true)];
      helpers.flush();
      expect(atOnce).toHaveLength(6);
      expect(atOnce.indexOf('b')).toBeGreaterThan(1);
      expect(later).toEqual(atOnce);
    });
  });

  it('should let jobs pass freely for which a part of the day is left, and others only within the slack', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const inner = quota(100, 100_000, { ...helpers, unit: 'tokens' });
      // The large job fits, but leaves a part of the day to more urgent ones.
      const pacing: LimitStore = {
        ...inner,
        reserve: (r) =>
          r.priority === 'low' && r.cost.tokens > 10 && scheduler.now() < 500_000
            ? { type: 'wait', ms: 1_000, dimension: 'tpd', rate: 0.001, yields: true }
            : inner.reserve(r),
      };
      const throttle = throttleByBucket<NamedJob>({ store: pacing, scheduler });
      const started: string[] = [];
      const cost = (name: string) => ({
        cost: tokens(name === 'b' ? 40 : name === 'h' ? 50 : 1),
        priority: name === 'h' ? ('high' as const) : ('low' as const),
      });
      const slack = { low: 4_000 };
      const source = helpers.hot('(bl) 9s h 10s (cdef)');
      source.pipe(arriving(helpers, cost), prioritize({ slack }), throttle, names).subscribe((name) => {
        started.push(`${name} ${Math.floor(scheduler.now() / 1_000)}`);
      });
      helpers.flush();
      expect(started).toEqual(['l 0', 'h 9', 'b 500', 'c 500', 'd 500', 'e 500', 'f 500']);
    });
  });

  it.each<[string, (store: LimitStore, helpers: RunHelpers) => LimitStore]>([
    ['at once', (store) => store],
    ['later', (store, helpers) => slow(store, 1, helpers)],
  ])(
    'should check when a more urgent job fits, while an older one yields to it (a store that answers %s)',
    (_, made) => {
      rx((helpers) => {
        const { scheduler } = helpers;
        const store = made(
          memoryLimitStore({ limits: { tpm: 60, tpd: 100 }, pacing: { ...DEFAULT_PACING, low: 0.25 }, scheduler }),
          helpers,
        );
        const cost = (name: string) => ({
          cost: tokens({ w: 60, l: 20, h: 30 }[name] ?? 1),
          priority: name === 'h' ? ('high' as const) : ('low' as const),
        });
        const started: string[] = [];
        const source = helpers.hot('(wl) 996ms h');
        const throttle = throttleByBucket<NamedJob>({ store, scheduler });
        source
          .pipe(arriving(helpers, cost), prioritize({ slack: { low: 0 } }), throttle, used, names)
          .subscribe((name) => {
            started.push(`${name} ${Math.floor(scheduler.now() / 1_000)}`);
          });
        helpers.flush();
        // tpd has 40 left: l must leave 25, and h takes 30. tpm has 30 again at 30 s.
        expect(started).toEqual(['w 0', 'h 30', 'l 30240']);
      });
    },
  );

  it('should report the original cost of a smaller job that takes over the grant of a larger one', () => {
    rx((helpers) => {
      const inner = quota(14, 100_000, { ...helpers, unit: 'tokens' });
      const costs = { l: tokens(9), h: tokens(5) };
      const cost = (name: string) => ({
        cost: costs[name as keyof typeof costs],
        priority: name === 'h' ? ('high' as const) : ('low' as const),
      });
      // The small job arrives while the question for the large one is open.
      helpers
        .hot('lh')
        .pipe(
          arriving(helpers, cost),
          prioritize(),
          throttleByBucket<NamedJob>({ store: slow(inner, 2, helpers), scheduler: helpers.scheduler }),
        )
        .subscribe((grant) => {
          grant.sent();
          grant.settle({ type: 'used', cost: tokens(4) });
        });
      helpers.flush();
      expect(inner.settled.map(([, outcome]) => outcome)).toEqual([
        { type: 'used', cost: tokens(4), charged: tokens(5) },
        { type: 'used', cost: tokens(4) },
      ]);
    });
  });

  it('should check again when the first of both jobs fits', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const started = (low: number, high: number): string[] => {
        const all: string[] = [];
        const store: LimitStore = {
          ...quota(100, 1_000, { ...helpers, unit: 'tokens' }),
          reserve: ({ priority }) => {
            const ms = (priority === 'low' ? low : high) - scheduler.now();
            if (ms <= 0) return { type: 'granted' };
            return { type: 'wait', ms, dimension: 'tpd', rate: 0.001, yields: priority === 'low' };
          },
        };
        const priority = (name: string) => ({ priority: name === 'h' ? ('high' as const) : ('low' as const) });
        const throttle = throttleByBucket<NamedJob>({ store, scheduler });
        const source = helpers.hot('(lh)');
        source
          .pipe(arriving(helpers, priority), prioritize({ slack: { low: 0, high: 1 } }), throttle, names)
          .subscribe((name) => all.push(`${name} ${scheduler.now()}`));
        return all;
      };
      const [lowFirst, highFirst] = [started(50, 300), started(400, 200)];
      helpers.flush();
      expect(lowFirst).toEqual(['l 50', 'h 300']);
      expect(highFirst).toEqual(['h 200', 'l 400']);
    });
  });

  it('should let no job pass that would make another bucket the bottleneck', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const cost = (name: string) => ({ cost: tokens({ w: 40, b: 80 }[name] ?? 10), priority: 'normal' as const });
      const started = (tpd: number): string[] => {
        const store = memoryLimitStore({ limits: { tpm: 100, tpd }, scheduler });
        const all: string[] = [];
        const source = helpers.hot('(wbs)');
        source
          .pipe(arriving(helpers, cost), prioritize(), throttleByBucket<NamedJob>({ store, scheduler }), used, names)
          .subscribe((name) => all.push(`${name} ${Math.floor(scheduler.now() / 1_000)}`));
        return all;
      };
      const [short, long] = [started(120), started(1_000)];
      helpers.flush();
      expect(short).toEqual(['w 0', 'b 12', 's 7200']);
      expect(long).toEqual(['w 0', 's 0', 'b 18']);
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

  it('should refuse jobs that no longer fit a lowered limit, and none of another key', () => {
    const clock = virtualClock();
    const store = memoryLimitStore({ limits: { tpm: 100 }, scheduler: clock });
    const refused: string[] = [];
    const throttle = throttleByBucket<NamedJob>({
      store,
      scheduler: clock,
      key: ({ name }) => name.charAt(0),
      refuse: ({ name }, error) => refused.push(`${name} ${error.name} ${clock.now()}`),
    });
    for (const key of ['l', 'm']) void store.reserve({ key, id: 'others', cost: tokens(100), priority: 'low' });
    const make = jobMaker({ cost: tokens(60), priority: 'low' });
    const small = { cost: tokens(50) };
    const subscription = of(make('l1', small), make('l2'), make('m')).pipe(prioritize(), throttle).subscribe();
    clock.flush(2);
    store.setLimits('l', { tpm: 50 });
    clock.flush(3);
    expect(refused).toEqual(['l2 RequestTooLargeError 2']);
    subscription.unsubscribe();
  });

  it('should not refuse a job that a larger plan may hold when another limit changes', () => {
    const clock = virtualClock();
    const plans = [{ tpm: 100 }, { tpm: 1_000 }];
    const store = memoryLimitStore({ limits: { tpm: 100 }, plans, scheduler: clock });
    const refused: string[] = [];
    const refuse = ({ name }: NamedJob): void => {
      refused.push(name);
    };
    const throttle = throttleByBucket<NamedJob>({ store, scheduler: clock, inFlight: 1, refuse });
    const make = jobMaker();
    const jobs = [make('a'), make('b', { cost: tokens(500) }), make('c', { cost: tokens(1_001) })];
    const subscription = from(jobs).pipe(prioritize(), throttle).subscribe();
    clock.flush(2);
    store.setLimits('m', { rpm: 50 });
    clock.flush(3);
    expect(refused).toEqual(['c']);
    subscription.unsubscribe();
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
