import { from, map, NEVER, type Observable, take, takeUntil } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import type { GroqEvent } from '../../src/model/GroqEvent.ts';
import type { WaitingRequest } from '../../src/model/Status.ts';
import type { StateToken, Token } from '../../src/model/Token.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import { quota } from '../../src/testing/quota.ts';
import { tokens } from '../util/jobs.ts';
import { type RunHelpers, rx } from '../util/rx.ts';
import { setUp, wires } from '../util/scheduling.ts';
import { told } from '../util/told.ts';

describe('the reported position and start of waiting requests', () => {
  const queued = { type: 'state', state: 'queued' } as const;

  /** The states of a waiting request, and when they come. */
  const heardBy = (helpers: RunHelpers, answer: Observable<Token | StateToken>): [number, StateToken][] => {
    const heard: [number, StateToken][] = [];
    answer.subscribe((token) => {
      if (token.type === 'state') heard.push([helpers.scheduler.now(), token]);
    });
    return heard;
  };

  it('should be corrected when units are given back', () => {
    rx((helpers) => {
      const { ask } = setUp(helpers, {
        limits: quota(100, 10_000, { ...helpers, unit: 'tokens' }),
        // The first request uses none of its hundred tokens, which is known after two seconds.
        reply: () => helpers.cold('(sh) 1997ms (fd|)', wires),
      });
      ask('h', { cost: tokens(100) }).subscribe();
      const heard = heardBy(helpers, ask('l', { cost: tokens(100), lifecycle: true }));
      helpers.flush();
      expect(heard.slice(0, 3)).toEqual([
        [0, queued],
        [1, { ...queued, position: 0, startsInMs: 9_999 }],
        [2_001, { type: 'state', state: 'admitted' }],
      ]);
    });
  });

  it('should be corrected when the predicted start has passed', () => {
    rx((helpers) => {
      const store = quota(1, 1_000, helpers);
      let asked = 0;
      const levels = (key: string) =>
        from(store.levels(key)).pipe(
          map((buckets) => (asked++ > 0 ? buckets : buckets.map((each) => ({ ...each, level: each.level + 0.5 })))),
        );
      const { ask } = setUp(helpers, { limits: { ...store, levels }, reply: () => NEVER });
      ask('h', { timeouts: { total: 5_000 } }).subscribe({ error: () => undefined });
      const heard = heardBy(helpers, ask('l', { lifecycle: true }).pipe(take(4)));
      helpers.flush();
      expect(heard).toEqual([
        [0, queued],
        [1, { ...queued, position: 0, startsInMs: 499 }],
        [501, { ...queued, position: 0, startsInMs: 499 }],
        [1_000, { type: 'state', state: 'admitted' }],
      ]);
    });
  });

  it('should be reported only when they change, at most four times a second', () => {
    rx((helpers) => {
      const { ask } = setUp(helpers, { every: 100 });
      for (let i = 0; i < 8; i++) ask('h').subscribe();
      const heard = heardBy(helpers, ask('l', { lifecycle: true }));
      helpers.flush();
      expect(heard).toEqual([
        [0, queued],
        [1, { ...queued, position: 7, startsInMs: 799 }],
        [251, { ...queued, position: 5, startsInMs: 549 }],
        [501, { ...queued, position: 2, startsInMs: 299 }],
        [751, { ...queued, position: 0, startsInMs: 49 }],
        [800, { type: 'state', state: 'admitted' }],
        [800, { type: 'state', state: 'connected' }],
      ]);
    });
  });

  it('should not be reported again when a later job arrives', () => {
    rx((helpers) => {
      const { ask } = setUp(helpers, { every: 2_000 });
      ask('h').subscribe();
      const heard = heardBy(helpers, ask('l', { lifecycle: true }));
      helpers.cold('600ms x').subscribe(() => ask('l').subscribe());
      helpers.flush();
      expect(heard).toEqual([
        [0, queued],
        [1, { ...queued, position: 0, startsInMs: 1_999 }],
        [2_000, { type: 'state', state: 'admitted' }],
        [2_000, { type: 'state', state: 'connected' }],
      ]);
    });
  });

  it('should cost nothing without subscribers', () => {
    rx((helpers) => {
      const store = quota(1, 1_000, helpers);
      let asked = 0;
      const { ask } = setUp(helpers, {
        reply: (name) => (name === 'h' ? NEVER : helpers.cold('(shafd|)', wires)),
        limits: {
          ...store,
          levels: (key) => {
            asked += 1;
            return store.levels(key);
          },
        },
      });
      for (let i = 0; i < 5; i++) ask('l').subscribe();
      // A request that is being answered waits no more.
      const { subscription } = told(ask('h', { lifecycle: true }));
      helpers.cold('10s x').subscribe(() => {
        subscription.unsubscribe();
      });
      helpers.flush();
      expect(asked).toBe(0);
    });
  });

  it('should not predict a start that depends on the end of another request', () => {
    rx((helpers) => {
      const reply = () => helpers.cold('(sh) 597ms (fd|)', wires);
      const { ask, under } = setUp(helpers, { every: 1, inFlight: 1, reply });
      const next: (number | undefined)[] = [];
      under.status$.subscribe(({ models: [m] }) => {
        if (m !== undefined) next.push(m.nextStartsInMs);
      });
      const errors: unknown[] = [];
      for (const name of ['h1', 'h2']) ask(name).subscribe();
      ask('l1', { timeouts: { queue: 100 } }).subscribe({ error: (error: unknown) => errors.push(error) });
      const heard = heardBy(helpers, ask('l2', { lifecycle: true }).pipe(take(4)));
      helpers.flush();
      expect(heard).toEqual([
        [0, queued],
        [1, { ...queued, position: 2 }],
        [251, { ...queued, position: 1 }],
        [602, { ...queued, position: 0 }],
      ]);
      expect(errors).toHaveLength(1);
      expect(errors[0]).not.toHaveProperty('wouldStartInMs');
      expect(next).toContain(undefined);
      expect(next).not.toContain(0);
    });
  });

  it('should notify waiting requests, and the status, of changed limits', () => {
    rx((helpers) => {
      const store = memoryLimitStore({ limits: { tpm: 6_000 }, scheduler: helpers.scheduler });
      const { ask, under } = setUp(helpers, { limits: store, reply: () => helpers.cold('(sh)', wires) });
      const next: unknown[] = [];
      under.status$.subscribe(({ models: [m] }) => next.push([helpers.scheduler.now(), m?.nextStartsInMs]));
      ask('h', { cost: tokens(6_000) }).subscribe();
      helpers.cold('1s x').subscribe(() => {
        store.setLimits('m', { tpm: 1_200 });
      });
      const patience = takeUntil<Token | StateToken>(helpers.cold('2s x'));
      const heard = heardBy(helpers, ask('l', { lifecycle: true, cost: tokens(600) }).pipe(patience));
      helpers.flush();
      expect(heard.slice(0, 3)).toEqual([
        [0, queued],
        [1, { ...queued, position: 0, startsInMs: 5_999 }],
        [1_001, { ...queued, position: 0, startsInMs: 268_599 }],
      ]);
      expect(next.slice(0, 3)).toEqual([
        [0, undefined],
        [100, 5_900],
        [1_100, 268_500],
      ]);
    });
  });

  it('should not predict an immediate start when the store refuses for a reason that levels do not show', () => {
    rx((helpers) => {
      const store = quota(1, 10, helpers);
      const reserve: LimitStore['reserve'] = () => ({ type: 'wait', ms: 5_000, dimension: 'rpm', rate: Infinity });
      const { ask } = setUp(helpers, { limits: { ...store, reserve } });
      const heard = heardBy(helpers, ask('l', { lifecycle: true }).pipe(take(2)));
      helpers.flush();
      expect(heard).toEqual([
        [0, queued],
        [1, { ...queued, position: 0 }],
      ]);
    });
  });

  it("should appear in the status as the start of the model's next request", () => {
    rx((helpers) => {
      const { ask, under } = setUp(helpers, { every: 1_000, reply: () => NEVER });
      const next: (number | undefined)[] = [];
      for (const name of ['h', 'l1', 'l2']) ask(name).subscribe({ error: () => undefined });
      under.status$.subscribe(({ models: [m] }) => next.push(m?.nextStartsInMs));
      helpers.cold('1500ms x').subscribe(() => {
        under.unsubscribe();
      });
      helpers.flush();
      // At the start, after the first admission, after the second, and after it was closed.
      expect(next).toEqual([undefined, 900, 900, undefined]);
    });
  });

  it('should show in the status a waiting request without its start while that depends on another one', () => {
    rx((helpers) => {
      const { ask, under } = setUp(helpers, { every: 1_000, inFlight: 1, reply: () => NEVER });
      const shown: unknown[] = [];
      for (const name of ['h', 'l']) ask(name).subscribe({ error: () => undefined });
      under.status$.subscribe(({ models: [m] }) => shown.push(m && [m.next, m.nextStartsInMs]));
      helpers.cold('150ms x').subscribe(() => {
        under.unsubscribe();
      });
      helpers.flush();
      expect(shown[1]).toEqual([[{ seq: 1, priority: 'low' }], undefined]);
    });
  });

  it('should show in the status which requests start next, and when', () => {
    rx((helpers) => {
      const { ask, under } = setUp(helpers, { every: 1_000, reply: () => NEVER });
      const shown: (readonly WaitingRequest[] | undefined)[] = [];
      const ignored = { error: () => undefined };
      ask('h').subscribe(ignored);
      ask('l', { tenant: 'a' }).subscribe(ignored);
      ask('m', { tag: 'chat' }).subscribe(ignored);
      for (let i = 0; i < 100; i++) ask('l').subscribe(ignored);
      under.status$.subscribe(({ models: [m] }) => shown.push(m?.next));
      helpers.cold('150ms x').subscribe(() => {
        under.unsubscribe();
      });
      helpers.flush();
      const [, next] = shown;
      expect(next).toHaveLength(100);
      expect(next?.slice(0, 3)).toEqual([
        { seq: 2, priority: 'normal', tag: 'chat', startsInMs: 900 },
        { seq: 1, priority: 'low', tenant: 'a', startsInMs: 1_900 },
        { seq: 3, priority: 'low', startsInMs: 2_900 },
      ]);
    });
  });

  it('should be in the timeout error of each request', () => {
    rx((helpers) => {
      const errors: unknown[] = [];
      const { ask } = setUp(helpers, { every: 1_000 });
      ask('h').subscribe();
      for (const name of ['l1', 'l2', 'l3'])
        ask(name, { timeouts: { queue: 250 } }).subscribe({ error: (error: unknown) => errors.push(error) });
      helpers.flush();
      expect(errors).toMatchObject(Array(3).fill({ code: 'GROQ_ERR_TIMEOUT', phase: 'queue', limit: 250 }));
      const messages = errors.map(String).sort();
      expect(messages.map((message) => message.match(/started in ([\d,]+) ms/)?.[1])).toEqual([
        '1,750',
        '2,750',
        '750',
      ]);
    });
  });

  it('should be followed by an event with the real wait', () => {
    rx((helpers) => {
      const { ask, under } = setUp(helpers, { every: 10 });
      const events: GroqEvent[] = [];
      under.events$.subscribe((event) => events.push(event));
      ask('h').subscribe();
      helpers.cold('---x').subscribe(() => {
        ask('l').subscribe();
      });
      helpers.flush();
      expect(events.filter(({ type }) => type === 'admitted')).toMatchObject([{ waited: 0 }, { waited: 7 }]);
    });
  });
});
