import { Subscription, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import type { Grant } from '../../src/model/Grant.ts';
import { DEFAULT_PACING } from '../../src/model/Priority.ts';
import { prioritize } from '../../src/operators/prioritize.ts';
import { throttleByBucket } from '../../src/operators/throttleByBucket.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import { quota } from '../../src/testing/quota.ts';
import { type NamedJob, tokens } from '../util/jobs.ts';
import { type RunHelpers, rx } from '../util/rx.ts';
import { arriving, names, slow } from '../util/throttling.ts';

/** Each granted job uses its whole cost at once. */
const used = tap<Grant<NamedJob>>((grant) => {
  grant.sent();
  grant.settle({ type: 'unknown' });
});

describe('the jobs that throttleByBucket lets go before a blocked one', () => {
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

  describe('while a store that takes 5 frames is asked for one of them', () => {
    /** The level is 4 of 10 tokens: l needs 9, m needs 5, and all others need 1. The best is asked for first. */
    const setUp = (helpers: RunHelpers, source: string, lifetime?: Subscription) => {
      const { scheduler } = helpers;
      const store = quota(10, 1_000, { ...helpers, unit: 'tokens' });
      void store.reserve({ key: 'm', id: 'others', cost: tokens(6) });
      const asked: string[] = [];
      const late = slow(store, 5, helpers);
      const watched: LimitStore = {
        ...late,
        reserve: (reservation) => {
          asked.push(`${reservation.cost.tokens} at ${scheduler.now()}`);
          return late.reserve(reservation);
        },
      };
      const started: string[] = [];
      const rest = (name: string): Partial<NamedJob> => ({
        cost: tokens({ l: 9, m: 5 }[name] ?? 1),
        priority: name === 'h' ? 'high' : 'low',
        ...(name === 'a' && { lifetime }),
      });
      const throttle = throttleByBucket<NamedJob>({ store: watched, scheduler });
      const running = helpers
        .hot(source)
        .pipe(arriving(helpers, rest), prioritize(), throttle, names)
        .subscribe((name) => started.push(`${name} at ${scheduler.now()}`));
      return { store, asked, started, running };
    };

    it('should give its reservation back if it has left', () => {
      rx((helpers) => {
        const lifetime = new Subscription();
        const { store, started } = setUp(helpers, '(la)', lifetime);
        helpers.scheduler.schedule(() => {
          lifetime.unsubscribe();
        }, 7);
        helpers.flush();
        // The large one was not delayed: it fits at 500.
        expect(started).toEqual(['l at 505']);
        expect(store.settled).toEqual([[expect.any(String), { type: 'unsent' }]]);
        expect(store.open.size).toBe(2);
      });
    });

    it('should give its reservation back if it was unsubscribed', () => {
      rx((helpers) => {
        const { store, asked, started, running } = setUp(helpers, '(la)');
        helpers.scheduler.schedule(() => {
          running.unsubscribe();
        }, 7);
        helpers.flush();
        expect({ asked, started }).toEqual({ asked: ['9 at 0', '1 at 5'], started: [] });
        expect(store.settled).toEqual([[expect.any(String), { type: 'unsent' }]]);
        expect(store.open.size).toBe(1);
      });
    });

    it('should ask for no other one if it was unsubscribed', () => {
      rx((helpers) => {
        const { asked, running } = setUp(helpers, '(lma)');
        helpers.scheduler.schedule(() => {
          running.unsubscribe();
        }, 7);
        helpers.flush();
        expect(asked).toEqual(['9 at 0', '5 at 5']);
      });
    });

    it('should ask for a more urgent one first that has arrived', () => {
      rx((helpers) => {
        const { asked, started } = setUp(helpers, '(lma)--h');
        helpers.flush();
        expect(asked.slice(0, 3)).toEqual(['9 at 0', '5 at 5', '1 at 10']);
        expect(started.slice(0, 2)).toEqual(['h at 15', 'a at 30']);
      });
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
});
