import {
  BehaviorSubject,
  concat,
  from,
  map,
  NEVER,
  type Observable,
  of,
  Subject,
  take,
  takeUntil,
  throwError,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import { isQueueFullError } from '../../src/errors/guards.ts';
import { HttpError } from '../../src/errors/HttpError.ts';
import type { GroqEvent } from '../../src/model/GroqEvent.ts';
import type { Place } from '../../src/model/Place.ts';
import type { WaitingRequest } from '../../src/model/Status.ts';
import type { StateToken, Token } from '../../src/model/Token.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import type { WireEvent } from '../../src/ports/Transport.ts';
import type { Call } from '../../src/scheduler/Attempt.ts';
import { quota } from '../../src/testing/quota.ts';
import { wire } from '../../src/testing/wire.ts';
import { tokens } from '../util/jobs.ts';
import { type RunHelpers, rx } from '../util/rx.ts';
import { type SetUp, setUp, wires } from '../util/scheduling.ts';
import { told } from '../util/told.ts';

const fault = new HttpError(503, {}, { advice: '' });

/** A scheduler with a log of when and how each request ended. */
const logging = (helpers: RunHelpers, config: SetUp = {}) => {
  const under = setUp(helpers, config);
  const log: string[] = [];
  const ask = (name: string, rest: Partial<Call<Token>> = {}) =>
    under.ask(name, rest).subscribe({
      complete: () => log.push(`${name} ${helpers.scheduler.now()}`),
      error: (error: unknown) => log.push(`${name} ${helpers.scheduler.now()} ${(error as Error).name}`),
    });
  return { ...under, ask, log };
};

describe('a full queue', () => {
  it.each<[string, SetUp['overflow'], readonly string[], readonly string[]]>([
    [
      'the last one, whoever that is',
      undefined,
      ['h1', 'l1', 'l2', 'h2'],
      ['h1 0', 'l2 1 QueueFullError', 'h2 10', 'l1 20'],
    ],
    [
      'the last one, which may be the one that came',
      'last',
      ['h1', 'h2', 'h3', 'l1'],
      ['h1 0', 'l1 1 QueueFullError', 'h2 10', 'h3 20'],
    ],
    [
      'of two equals the one that came',
      'last',
      ['h1', 'l1', 'l2', 'l3'],
      ['h1 0', 'l3 1 QueueFullError', 'l1 10', 'l2 20'],
    ],
    [
      'the one that came, however urgent it is',
      'newest',
      ['h1', 'l1', 'l2', 'h2'],
      ['h1 0', 'h2 1 QueueFullError', 'l1 10', 'l2 20'],
    ],
  ])('should refuse %s', (_, overflow, names, expected) => {
    rx((helpers) => {
      const { ask, log } = logging(helpers, { every: 10, maxQueued: 2, overflow });
      const [first, ...others] = names;
      ask(String(first));
      // It is admitted at the end of the turn.
      helpers.cold('-x').subscribe(() => {
        for (const name of others) ask(name);
      });
      helpers.flush();
      expect(log).toEqual(expected);
    });
  });

  it('should report its limit, and be separate for each model', () => {
    rx((helpers) => {
      const errors: unknown[] = [];
      const { ask } = setUp(helpers, { every: 10, maxQueued: 1 });
      const failing = { error: (error: unknown) => errors.push(error) };
      ask('l1').subscribe(failing);
      ask('l2').subscribe(failing);
      ask('l3').subscribe(failing);
      ask('l4', { model: 'other' }).subscribe(failing);
      helpers.flush();
      expect(errors).toHaveLength(1);
      expect(errors[0]).toSatisfy(isQueueFullError);
      expect(errors[0]).toMatchObject({ limit: 1, model: 'm', code: 'GROQ_ERR_QUEUE_FULL' });
    });
  });

  it.each(['last', 'newest'] as const)('should not refuse requests that can start at once: %s', (overflow) => {
    rx((helpers) => {
      const limits = quota('8/10ms', helpers);
      const { ask, log } = logging(helpers, { limits, maxQueued: 2, overflow });
      for (let i = 0; i < 11; i++) ask(`l${i}`);
      helpers.flush();
      expect(log).toHaveLength(11);
      expect(log.filter((each) => each.includes('QueueFullError'))).toEqual(['l10 0 QueueFullError']);
    });
  });

  it('should have room again when a request is cancelled', () => {
    rx((helpers) => {
      const { ask, log } = logging(helpers, { every: 10, maxQueued: 1 });
      ask('l1').unsubscribe();
      ask('l2');
      helpers.flush();
      expect(log).toEqual(['l2 0']);
    });
  });
});

describe('a place that changes', () => {
  it('should take the given priority, tenant or slack', () => {
    rx((helpers) => {
      const { ask, log } = logging(helpers, { every: 10 });
      ask('h');
      ask('l1', { tenant: 'a' });
      ask('l2', { tenant: 'a' });
      // b was granted nothing yet.
      ask('l3', { tenant: 'a', place$: helpers.cold<Place>('-p', { p: { tenant: 'b' } }) });
      ask('l4', { tenant: 'a', place$: helpers.cold<Place>('--p', { p: { slack: 30_000 } }) });
      ask('b', { tenant: 'a', place$: helpers.cold<Place>('---p', { p: { priority: 'normal' } }) });
      helpers.flush();
      expect(log).toEqual(['h 0', 'l4 10', 'b 20', 'l3 30', 'l1 40', 'l2 50']);
    });
  });

  it('should keep the fields that a change omits, and the time of arrival', () => {
    rx((helpers) => {
      const { ask, log } = logging(helpers, { every: 10 });
      ask('h');
      ask('l1', { place$: of<Place[]>({ priority: 'normal' }, {}, { tenant: 'a' }) });
      helpers.cold('-----x').subscribe(() => {
        ask('m');
      });
      ask('l2');
      helpers.flush();
      expect(log).toEqual(['h 0', 'l1 10', 'm 20', 'l2 30']);
    });
  });

  it.each<[string, (at: number) => Place]>([
    ['says the same', () => ({ priority: 'low' })],
    ['lets it come later', (at) => ({ slack: 700_000 + at })],
  ])('should not cost a tenant its turn when the change %s', (_, change) => {
    rx((helpers) => {
      const place$ = helpers.cold('-----x----x----x', { x: 0 }).pipe(map(() => change(helpers.scheduler.now())));
      const { ask, log } = logging(helpers, { every: 10 });
      for (const name of ['l1', 'l2', 'l3', 'l4']) ask(name, { tenant: 'a' });
      helpers.cold('-x').subscribe(() => {
        ask('l5', { tenant: 'b', place$ });
      });
      helpers.flush();
      expect(log).toEqual(['l1 0', 'l2 10', 'l5 20', 'l3 30', 'l4 40']);
    });
  });

  it('should be reported in all later events', () => {
    rx((helpers) => {
      const reply = () => helpers.cold('(sha)-(fd|)', wires);
      const { ask, under } = setUp(helpers, { every: 10, reply });
      const events: string[] = [];
      under.events$.subscribe(({ seq, type, tenant }) => {
        if (seq === 1) events.push(`${type} ${tenant}`);
      });
      ask('l1').subscribe();
      // Changes after the request was admitted have no effect.
      const place$ = helpers.cold<Place>('-p---------q', { p: { tenant: 'b' }, q: { tenant: 'c' } });
      ask('l2', { tenant: 'a', place$ }).subscribe();
      helpers.flush();
      expect(events).toEqual(['queued a', 'queued b', 'admitted b', 'connected b', 'finished b']);
    });
  });

  it('should not be reported again when a change has no effect', () => {
    rx((helpers) => {
      const { ask } = setUp(helpers, { every: 10 });
      const place$ = new Subject<Place>();
      const states: string[] = [];
      ask('l1').subscribe();
      ask('l2', { place$, lifecycle: true }).subscribe((token) => {
        if (token.type !== 'state') return;
        states.push(token.state);
        if (token.state === 'queued' && states.length < 9) place$.next({ priority: 'low' });
      });
      helpers.flush();
      expect(states).toEqual(['queued', 'queued', 'admitted', 'connected']);
    });
  });

  it.each<SetUp['overflow']>(['last', 'newest'])('should not make a request leave a full queue: %s', (overflow) => {
    rx((helpers) => {
      let failures = 1;
      const failing = () => concat(of(wire.sent), helpers.cold<WireEvent>('---#', {}, fault));
      const reply = (name: string) => (name === 'l0' && failures-- > 0 ? failing() : helpers.cold('(shafd|)', wires));
      const { ask, log } = logging(helpers, { every: 10, maxQueued: 2, overflow, reply });
      ask('l0', { retry: { initialDelay: 1 } });
      // After the first one has returned, three wait.
      const place$ = helpers.cold<Place>('-----p', { p: { priority: 'high' } });
      helpers.cold('-x').subscribe(() => {
        ask('l1');
        ask('l2', { place$ });
      });
      helpers.flush();
      expect(log).toEqual(['l2 10', 'l0 20', 'l1 30']);
    });
  });

  it('should be observed until the answer has ended, without effect on a request in flight', () => {
    rx((helpers) => {
      const place$ = helpers.hot<Place>('--p-------p-#', { p: { priority: 'high' } });
      const { ask, log } = logging(helpers, { every: 5, reply: () => helpers.cold('(sha)--(fd|)', wires) });
      ask('h');
      ask('l', { place$ });
      helpers.flush();
      expect(log).toEqual(['h 7', 'l 12']);
      helpers.expectSubscriptions(place$.subscriptions).toBe('^-----------!');
    });
  });

  it('should be unsubscribed from when the request is cancelled', () => {
    rx((helpers) => {
      const place$ = helpers.hot<Place>('----------');
      const { ask } = logging(helpers, { every: 50 });
      ask('h');
      const leaving = ask('l', { place$ });
      helpers.cold('---x').subscribe(() => {
        leaving.unsubscribe();
      });
      helpers.flush();
      helpers.expectSubscriptions(place$.subscriptions).toBe('^--!');
    });
  });

  it('should fail the answer when `place$` fails', () => {
    rx((helpers) => {
      const { ask, log, store } = logging(helpers, { every: 10 });
      ask('h');
      ask('l', { place$: helpers.cold<Place>('--#') });
      helpers.flush();
      expect(log).toEqual(['h 0', 'l 2 undefined']);
      expect(store.open.size).toBe(0);
    });
  });

  it('should keep a request out of the queue when `place$` fails at once', () => {
    rx((helpers) => {
      const { ask, log, under } = logging(helpers, { every: 10 });
      const events: string[] = [];
      under.events$.subscribe(({ type }) => events.push(type));
      ask('l', { place$: throwError(() => fault) });
      helpers.flush();
      expect([log, events]).toEqual([['l 0 HttpError'], ['failed']]);
    });
  });

  it.each([null, { priority: 'urgent' }, { slack: Number.NaN }, { prority: 'high' }])(
    'should fail the answer when it is invalid: %j',
    (wrong) => {
      rx((helpers) => {
        const { ask, log, store } = logging(helpers, { every: 10 });
        for (const name of ['h', 'l1']) ask(name);
        ask('l2', { place$: helpers.cold('--x', { x: wrong as Place }) });
        helpers.flush();
        expect(log).toEqual(['h 0', 'l2 2 ValidationError', 'l1 10']);
        expect(store.open.size).toBe(0);
      });
    },
  );

  it('should be kept by a retry', () => {
    rx((helpers) => {
      let failures = 1;
      const reply = (name: string) =>
        name === 'l3' && failures-- > 0
          ? concat(
              of(wire.sent),
              throwError(() => fault),
            )
          : helpers.cold('(shafd|)', wires);
      const { ask, log } = logging(helpers, { every: 10, reply });
      const place$ = new Subject<Place>();
      ask('h');
      ask('l1');
      ask('l2');
      ask('l3', { place$, retry: { initialDelay: 1 } });
      place$.next({ priority: 'high' });
      helpers.flush();
      expect(log).toEqual(['h 0', 'l3 20', 'l1 30', 'l2 40']);
    });
  });

  it.each([
    ['while an attempt is under way', 12],
    ['in the pause before a retry', 16],
  ])('should apply to the retry when it changes %s', (_, at) => {
    rx((helpers) => {
      let failures = 1;
      const reply = (name: string) =>
        name === 'l1' && failures-- > 0
          ? concat(of(wire.sent), helpers.cold<WireEvent>('----#', {}, fault))
          : helpers.cold('(shafd|)', wires);
      const { ask, log } = logging(helpers, { every: 10, reply });
      const place$ = new Subject<Place>();
      ask('h');
      ask('l1', { place$, retry: { initialDelay: 3 } });
      for (const name of ['l2', 'l3', 'l4']) ask(name);
      helpers.cold(`${at}ms x`).subscribe(() => {
        place$.next({ priority: 'background' });
      });
      helpers.flush();
      expect(log).toEqual(['h 0', 'l2 20', 'l3 30', 'l4 40', 'l1 50']);
    });
  });

  it('should use the default slack of a new priority, whatever slack was set before', () => {
    rx((helpers) => {
      const { ask, log } = logging(helpers, { every: 10 });
      ask('h');
      ask('l1', { place$: of<Place[]>({ slack: 1e9 }, { priority: 'high' }) });
      ask('m', { place$: of<Place[]>({ slack: 1 }, { priority: 'background' }) });
      ask('l2');
      helpers.flush();
      expect(log).toEqual(['h 0', 'l1 10', 'l2 20', 'm 30']);
    });
  });

  it('should keep the slack that was set before when only the tenant changes', () => {
    rx((helpers) => {
      const { ask, log } = logging(helpers, { every: 10 });
      ask('h', { tenant: 'a' });
      ask('l1', { tenant: 'a' });
      ask('l2', { place$: of<Place[]>({ slack: 0 }, { tenant: 'a' }) });
      helpers.flush();
      expect(log).toEqual(['h 0', 'l2 10', 'l1 20']);
    });
  });

  it('should move only its own request, also when it is known at once', () => {
    rx((helpers) => {
      const { ask, log } = logging(helpers, { every: 10 });
      ask('h');
      ask('l1');
      ask('l2', { place$: new BehaviorSubject<Place>({ priority: 'high' }) });
      ask('l3');
      helpers.flush();
      expect(log).toEqual(['h 0', 'l2 10', 'l1 20', 'l3 30']);
    });
  });
});

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
