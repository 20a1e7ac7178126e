import {
  concat,
  EMPTY,
  first,
  from,
  NEVER,
  Observable,
  of,
  type SchedulerLike,
  Subject,
  switchMap,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { unlimitedStore } from '../../src/adapters/unlimitedStore.ts';
import { ConnectionError } from '../../src/errors/ConnectionError.ts';
import { HttpError } from '../../src/errors/HttpError.ts';
import type { GroqEvent } from '../../src/model/GroqEvent.ts';
import type { Place } from '../../src/model/Place.ts';
import type { Status } from '../../src/model/Status.ts';
import type { StateToken, Token } from '../../src/model/Token.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import type { WireEvent } from '../../src/ports/Transport.ts';
import type { RequestScheduler } from '../../src/scheduler/RequestScheduler.ts';
import { quota } from '../../src/testing/quota.ts';
import { wire } from '../../src/testing/wire.ts';
import { tokens } from '../util/jobs.ts';
import { type RunHelpers, rx } from '../util/rx.ts';
import { setUp, wires } from '../util/scheduling.ts';
import { told } from '../util/told.ts';

/** Records the notifications of an answer with their frames. */
const noting = (log: string[], name: string, { scheduler }: RunHelpers) => ({
  next: (token: Token | StateToken) => {
    const what = token.type === 'state' ? token.state : token.type;
    log.push(`${name} ${what} ${scheduler.now()}`);
  },
  error: (error: unknown) => log.push(`${name} ${(error as Error).name} ${scheduler.now()}`),
  complete: () => log.push(`${name} complete ${scheduler.now()}`),
});

const fault = new HttpError(503, {}, { advice: '' });

describe('RequestScheduler', () => {
  it('should make a request for each subscription, and none without', () => {
    rx((helpers) => {
      const { ask, transport } = setUp(helpers, { every: 1 });
      const answer = ask('x');
      helpers.flush();
      expect(transport.requests).toHaveLength(0);
      answer.subscribe();
      answer.subscribe();
      helpers.flush();
      expect(transport.requests).toHaveLength(2);
    });
  });

  it('should not emit state tokens unless asked for', () => {
    rx((helpers) => {
      const log: string[] = [];
      const { ask } = setUp(helpers, { every: 4, reply: () => helpers.cold('-s-h-a-(fd|)', wires) });
      ask('a').subscribe(noting(log, 'a', helpers));
      ask('b', { lifecycle: true }).subscribe(noting(log, 'b', helpers));
      helpers.flush();
      expect(log).toEqual([
        'b queued 0',
        'b queued 1',
        'b admitted 4',
        'a text 5',
        'b connected 5',
        'a finish 7',
        'a complete 7',
        'b text 9',
        'b finish 11',
        'b complete 11',
      ]);
    });
  });

  it('should retry in the old place, reserve again and emit the state', () => {
    rx((helpers) => {
      const log: string[] = [];
      const failing = concat(
        of(wire.sent),
        throwError(() => fault),
      );
      const { ask, store } = setUp(helpers, {
        every: 10,
        reply: (_, index) => (index === 0 ? failing : helpers.cold('(shafd|)', wires)),
      });
      const order: string[] = [];
      ask('l1', { lifecycle: true, retry: { initialDelay: 3 } }).subscribe(noting(log, 'l1', helpers));
      for (const name of ['l2', 'l3'])
        ask(name).subscribe({ complete: () => order.push(`${name} ${helpers.scheduler.now()}`) });
      helpers.flush();
      expect(log).toEqual([
        'l1 queued 0',
        'l1 admitted 0',
        'l1 connected 0',
        'l1 retrying 0',
        'l1 queued 3',
        'l1 queued 4',
        'l1 admitted 10',
        'l1 connected 10',
        'l1 text 10',
        'l1 finish 10',
        'l1 complete 10',
      ]);
      expect(order).toEqual(['l2 20', 'l3 30']);
      expect(store.settled.map(([, { type }]) => type)).toEqual(['unknown', 'used', 'used', 'used']);
    });
  });

  it('should report position and start to waiting requests, and again when they change', () => {
    rx((helpers) => {
      const heard: [number, Token | StateToken][] = [];
      const { ask } = setUp(helpers, { every: 1_000 });
      for (const name of ['h1', 'h2', 'h3']) ask(name).subscribe();
      ask('l', { lifecycle: true }).subscribe((token) => heard.push([helpers.scheduler.now(), token]));
      const leaving = ask('h4').subscribe();
      helpers.cold('400ms x').subscribe(() => {
        leaving.unsubscribe();
      });
      helpers.flush();
      const queued = { type: 'state', state: 'queued' };
      expect(heard.slice(0, 5)).toEqual([
        [0, queued],
        [1, { ...queued, position: 3, startsInMs: 3_999 }],
        [401, { ...queued, position: 2, startsInMs: 2_599 }],
        [1_001, { ...queued, position: 1, startsInMs: 1_999 }],
        [2_001, { ...queued, position: 0, startsInMs: 999 }],
      ]);
      expect(heard[5]).toEqual([3_000, { type: 'state', state: 'admitted' }]);
    });
  });

  it('should report in the timeout error when the request would have started', () => {
    rx((helpers) => {
      const errors: unknown[] = [];
      const { ask } = setUp(helpers, { every: 1_000 });
      for (const name of ['h1', 'h2', 'h3']) ask(name).subscribe();
      ask('l', { timeouts: { queue: 300 } }).subscribe({ error: (error: unknown) => errors.push(error) });
      helpers.flush();
      expect(errors).toMatchObject([{ phase: 'queue', limit: 300, wouldStartInMs: 2_700 }]);
    });
  });

  it('should let a waiting request change its place', () => {
    rx((helpers) => {
      const order: string[] = [];
      const { ask, store } = setUp(helpers, { every: 10 });
      const asked = (name: string, rest = {}) =>
        ask(name, rest).subscribe({ complete: () => order.push(`${name} ${helpers.scheduler.now()}`) });
      asked('h');
      asked('l1');
      asked('l2', { place$: helpers.cold<Place>('---p', { p: { priority: 'high' } }) });
      asked('l3', { place$: helpers.cold<Place>('-----p', { p: { slack: 0 } }) });
      asked('m', { place$: helpers.cold<Place>('25ms p', { p: { priority: 'background' } }) });
      helpers.flush();
      expect(order).toEqual(['h 0', 'l2 10', 'l3 20', 'l1 30', 'm 40']);
      expect(store.open.size).toBe(0);
    });
  });

  it('should keep at most `maxQueued` waiting: the last one is refused', () => {
    rx((helpers) => {
      const log: string[] = [];
      const { ask } = setUp(helpers, { every: 10, maxQueued: 2 });
      for (const name of ['h1', 'l1', 'l2', 'm1', 'l3']) {
        ask(name).subscribe({
          complete: () => log.push(`${name} done`),
          error: (error: unknown) => log.push(`${name} ${(error as Error).name}`),
        });
      }
      helpers.flush();
      expect(log).toEqual(['l3 QueueFullError', 'l2 QueueFullError', 'h1 done', 'm1 done', 'l1 done']);
    });
  });

  it('should limit retries to a fraction of all requests', () => {
    rx((helpers) => {
      const { ask, transport } = setUp(helpers, { every: 0.001, reply: () => throwError(() => fault) });
      for (let i = 0; i < 100; i++)
        ask('x', { retry: { count: 5, initialDelay: 1 } }).subscribe({ error: () => undefined });
      helpers.flush();
      // Ten retries plus a fifth of a hundred requests.
      expect(transport.requests).toHaveLength(100 + 10 + 20);
    });
  });

  it('should refuse a request at once that can never fit', () => {
    rx((helpers) => {
      const log: string[] = [];
      const { ask } = setUp(helpers);
      ask('x', { cost: { ...tokens(1), requests: 2 } }).subscribe(noting(log, 'x', helpers));
      ask('y').subscribe(noting(log, 'y', helpers));
      helpers.flush();
      expect(log).toEqual(['x RequestTooLargeError 0', 'y text 0', 'y finish 0', 'y complete 0']);
    });
  });

  it('should end a wait that exceeds the queue timeout', () => {
    rx((helpers) => {
      const log: string[] = [];
      const { ask, transport } = setUp(helpers, { every: 100 });
      ask('x').subscribe();
      ask('y', { timeouts: { queue: 30 } }).subscribe(noting(log, 'y', helpers));
      helpers.flush();
      expect(log).toEqual(['y TimeoutError 30']);
      expect(transport.requests).toHaveLength(1);
    });
  });

  it('should start the timeouts of an answer at its dispatch', () => {
    rx((helpers) => {
      const log: string[] = [];
      const { ask, transport } = setUp(helpers, { every: 10, reply: () => helpers.cold('s', wires) });
      ask('x', { timeouts: { total: 5 } }).subscribe(noting(log, 'x', helpers));
      ask('y', { timeouts: { total: 5 } }).subscribe(noting(log, 'y', helpers));
      helpers.flush();
      expect(log).toEqual(['x TimeoutError 5', 'y TimeoutError 15']);
      expect(transport.open).toBe(0);
    });
  });

  it('should finish accepted requests after complete(), and refuse new ones', () => {
    rx((helpers) => {
      const log: string[] = [];
      const { ask, under } = setUp(helpers, {
        every: 5,
        reply: (_, index) =>
          index === 0 ? throwError(() => new ConnectionError('', { sent: false })) : helpers.cold('(shafd|)', wires),
      });
      ask('a', { retry: { initialDelay: 50 } }).subscribe(noting(log, 'a', helpers));
      ask('b').subscribe(noting(log, 'b', helpers));
      under.drained$.subscribe({ complete: () => log.push(`drained ${helpers.scheduler.now()}`) });
      helpers.cold('-x').subscribe(() => {
        under.complete();
        ask('c').subscribe(noting(log, 'c', helpers));
      });
      helpers.flush();
      expect(log.filter((line) => !/text|finish/.test(line))).toEqual([
        'b complete 0',
        'c ClosedError 1',
        'a complete 50',
        'drained 50',
      ]);
      expect(under.closed).toBe(true);
    });
  });

  it('should not wait for requests that were cancelled before they were made', () => {
    rx((helpers) => {
      const { ask, under, transport } = setUp(helpers, { every: 5 });
      new Observable((subscriber) => {
        subscriber.unsubscribe();
        ask('a').subscribe(subscriber);
      }).subscribe();
      under.complete();
      expect(under.closed).toBe(true);
      helpers.flush();
      expect(transport.requests).toHaveLength(0);
    });
  });

  it.each<[string, (under: RequestScheduler) => void, string]>([
    [
      'an error of its own',
      (under) => {
        under.unsubscribe();
      },
      'ClosedError',
    ],
    [
      'the error that it is given',
      (under) => {
        under.error(fault);
      },
      'HttpError',
    ],
  ])(
    'should fail every request when it is closed: waiting, in flight and pausing before a retry, with %s',
    (_, cut, expected) => {
      rx((helpers) => {
        const log: string[] = [];
        const { ask, under, transport, store } = setUp(helpers, {
          every: 2,
          reply: (name) => (name === 'pausing' ? throwError(() => fault) : concat(of(wire.sent), NEVER)),
        });
        ask('pausing', { retry: { initialDelay: 1_000 } }).subscribe(noting(log, 'pausing', helpers));
        ask('flying').subscribe(noting(log, 'flying', helpers));
        ask('waiting').subscribe(noting(log, 'waiting', helpers));
        helpers.cold('---x').subscribe(() => {
          cut(under);
        });
        helpers.flush();
        expect(log).toEqual(['pausing', 'flying', 'waiting'].map((name) => `${name} ${expected} 3`));
        expect(under.closed).toBe(true);
        expect(transport.open).toBe(0);
        expect(store.open.size).toBe(0);
        const late: string[] = [];
        ask('late').subscribe(noting(late, 'late', helpers));
        expect(late).toEqual(['late ClosedError 3']);
      });
    },
  );

  it('should refuse a request that is made when another one fails because it is closed', () => {
    rx((helpers) => {
      const log: string[] = [];
      const { ask, under } = setUp(helpers, { reply: () => NEVER });
      ask('a').subscribe({
        error: () => {
          ask('b').subscribe(noting(log, 'b', helpers));
        },
      });
      helpers.cold('-x').subscribe(() => {
        under.unsubscribe();
      });
      helpers.flush();
      expect(log).toEqual(['b ClosedError 1']);
    });
  });

  it('should handle a subscriber that makes a request, or unsubscribes, within a notification', () => {
    rx((helpers) => {
      const log: string[] = [];
      const { ask, transport } = setUp(helpers, { every: 2 });
      ask('a').subscribe({
        complete: () => {
          ask('b').subscribe(noting(log, 'b', helpers));
        },
      });
      const leaving = ask('c').subscribe(() => {
        leaving.unsubscribe();
        log.push('left');
      });
      helpers.flush();
      expect(log).toEqual(['left', 'b text 4', 'b finish 4', 'b complete 4']);
      expect(transport.open).toBe(0);
    });
  });

  it.each(['output-fitted', 'queued'] as const)(
    'should send nothing, and keep nothing, when it is closed within the event `%s`',
    (type) => {
      rx((helpers) => {
        let watching = 0;
        const limits: LimitStore = {
          ...quota(1, 4, helpers),
          changes: () =>
            new Observable(() => {
              watching += 1;
              return () => {
                watching -= 1;
              };
            }),
        };
        const log: string[] = [];
        const { ask, transport, under } = setUp(helpers, { limits });
        under.events$.pipe(first((event) => event.type === type)).subscribe(() => {
          under.unsubscribe();
        });
        ask('a', { fittedFrom: 9 }).subscribe(noting(log, 'a', helpers));
        helpers.flush();
        expect(log).toEqual(['a ClosedError 0']);
        expect(transport.requests).toHaveLength(0);
        expect(watching).toBe(0);
      });
    },
  );

  it('should emit the status at once, then at most every 100 ms', () => {
    rx((helpers) => {
      const { ask, under } = setUp(helpers, { every: 60, reply: () => helpers.cold('s---(hafd|)', wires) });
      const seen: [number, Status][] = [];
      const watching = under.status$.subscribe((status) => seen.push([helpers.scheduler.now(), status]));
      for (const name of ['h', 'm', 'l1', 'l2']) ask(name).subscribe();
      helpers.cold('230ms x').subscribe(() => {
        watching.unsubscribe();
      });
      helpers.flush();
      expect(seen[0]).toEqual([0, { models: [] }]);
      expect(seen[1]?.[0]).toBe(100);
      expect(seen[1]?.[1].models).toMatchObject([
        { model: 'm', waiting: { high: 0, normal: 0, low: 2, background: 0 }, inFlight: 0, nextStartsInMs: 20 },
      ]);
      expect(seen.map(([at]) => at)).toEqual([0, 100, 220]);
    });
  });

  it('should show the status as often as a slow store can answer, and at last as it is in the end', () => {
    rx((helpers) => {
      const { scheduler, cold } = helpers;
      const store = quota(1, 1, { scheduler });
      const levels: LimitStore['levels'] = () => timer(150, scheduler).pipe(switchMap(() => store.levels('m')));
      const reply = () => cold('s 119ms (hafd|)', wires);
      const { ask, under } = setUp(helpers, { limits: { ...store, levels }, reply });
      const seen: [number, number | undefined][] = [];
      under.status$.pipe(takeUntil(timer(2_000, scheduler))).subscribe(({ models: [m] }) => {
        seen.push([scheduler.now(), m?.inFlight]);
      });
      cold('x 49ms x 49ms x 49ms x 49ms x 49ms x 49ms x 49ms x 49ms x').subscribe(() => {
        ask('l').subscribe();
      });
      helpers.flush();
      expect(seen).toEqual([
        [0, undefined],
        [250, 2],
        [400, 2],
        [550, 0],
        [550, undefined],
        [620, undefined],
      ]);
    });
  });

  it('should show a status although the store has never answered for the one before', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const store = quota(1, 1, { scheduler });
      let asked = 0;
      const levels: LimitStore['levels'] = () => (asked++ === 0 ? NEVER : store.levels('m'));
      const { ask, under } = setUp(helpers, { limits: { ...store, levels }, reply: () => NEVER });
      const seen: [number, unknown][] = [];
      ask('l').subscribe();
      under.status$.pipe(takeUntil(timer(9_000, scheduler))).subscribe(({ models: [m] }) => {
        seen.push([scheduler.now(), m?.buckets.length]);
      });
      timer(6_000, scheduler).subscribe(() => {
        ask('l').subscribe();
      });
      helpers.flush();
      expect(seen).toEqual([
        [5_000, 0],
        [5_000, 1],
        [6_100, 1],
      ]);
    });
  });

  it.each<[string, LimitStore['levels']]>([
    ['shows none', () => EMPTY],
    ['fails', () => throwError(() => fault)],
  ])('should show a status without levels if the store %s', (_, levels) => {
    rx((helpers) => {
      const { ask, under } = setUp(helpers, { limits: { ...quota(1, 4, helpers), levels }, reply: () => NEVER });
      ask('l').subscribe();
      expect(told(under.status$).values.all).toMatchObject([{ models: [{ model: 'm', buckets: [] }] }]);
    });
  });

  it.each(['complete', 'unsubscribe'] as const)('should complete its observers when it is closed: %s', (close) => {
    rx((helpers) => {
      const { ask, under } = setUp(helpers, { every: 1, reply: () => helpers.cold('(shafd|)', wires) });
      const onlookers = [told(under.status$), told(under.events$)] as const;
      ask('a').subscribe({ error: () => undefined });
      helpers.cold('-x').subscribe(() => {
        under[close]();
        expect(onlookers[1].ends).toEqual([['complete']]);
      });
      helpers.flush();
      expect(onlookers.map(({ ends }) => ends)).toEqual([[['complete']], [['complete']]]);
      expect(onlookers[0].values.all.at(-1)).toEqual({ models: [] });
      expect(onlookers[1].values.all.at(-1)).toMatchObject({ type: 'finished' });
      // A late subscriber receives the final status.
      const late = told(under.status$);
      expect([late.values.all, late.ends]).toEqual([[{ models: [] }], [['complete']]]);
    });
  });

  it('should emit the events of a request, and nothing without subscribers', () => {
    rx((helpers) => {
      const events: GroqEvent[] = [];
      const { ask, under } = setUp(helpers, {
        every: 4,
        reply: (_, index) => (index === 0 ? throwError(() => fault) : helpers.cold('(shafd|)', wires)),
      });
      under.events$.subscribe((event) => events.push(event));
      ask('a', { tenant: 't', tag: 'x', retry: { initialDelay: 2 } }).subscribe();
      ask('b').subscribe().unsubscribe();
      ask('c', { retry: { count: 0 }, cost: { ...tokens(1), requests: 9 } }).subscribe({ error: () => undefined });
      helpers.flush();
      const usage = wire.usage({ prompt_tokens: 1, completion_tokens: 0 });
      const a = { seq: 0, model: 'm', tenant: 't', tag: 'x' };
      const b = { seq: 1, model: 'm', tenant: undefined, tag: undefined };
      const c = { seq: 2, model: 'm', tenant: undefined, tag: undefined };
      expect(events).toEqual([
        { type: 'queued', ...a, at: 0 },
        { type: 'queued', ...b, at: 0 },
        { type: 'cancelled', ...b, at: 0 },
        { type: 'queued', ...c, at: 0 },
        { type: 'admitted', waited: 0, attempt: 1, ...a, at: 0 },
        { type: 'retrying', code: 'GROQ_ERR_HTTP', delay: 2, ...a, at: 0 },
        { type: 'failed', code: 'GROQ_ERR_REQUEST_TOO_LARGE', ...c, at: 0 },
        { type: 'queued', ...a, at: 2 },
        { type: 'admitted', waited: 2, attempt: 2, ...a, at: 2 },
        { type: 'connected', ...a, at: 2 },
        { type: 'finished', usage, ...a, at: 2 },
      ]);
    });
  });

  it.each(['event', 'token'])(
    'should queue a request once for a retry when its place changes within the %s',
    (kind) => {
      rx((helpers) => {
        const places = new Subject<Place>();
        const events: string[] = [];
        const { ask, under } = setUp(helpers, {
          every: 4,
          reply: (_, index) => (index === 0 ? throwError(() => fault) : helpers.cold('(shafd|)', wires)),
        });
        const move = (): void => {
          places.next({ tenant: 'b' });
        };
        under.events$.subscribe(({ type, tenant }) => {
          events.push(`${type} ${tenant}`);
          if (kind === 'event' && type === 'retrying') move();
        });
        ask('a', { tenant: 'a', place$: places, retry: { initialDelay: 2 }, lifecycle: true }).subscribe((token) => {
          if (kind === 'token' && token.type === 'state' && token.state === 'retrying') move();
        });
        helpers.flush();
        expect(events).toEqual([
          'queued a',
          'admitted a',
          'retrying a',
          'queued b',
          'admitted b',
          'connected b',
          'finished b',
        ]);
      });
    },
  );

  it.each<[string, () => Observable<WireEvent>]>([
    ['finished', () => of(wire.sent, wire.head(), wire.text('a'), wire.finish('stop'), wire.done)],
    ['failed', () => throwError(() => fault)],
  ])('should emit the end of its last request before it completes: %s', (type, end) => {
    rx((helpers) => {
      const { ask, under } = setUp(helpers, { reply: () => helpers.cold('---x').pipe(switchMap(end)) });
      const { values, ends } = told(under.events$);
      ask('a', { retry: { count: 0 } }).subscribe({ error: () => undefined });
      under.complete();
      helpers.flush();
      expect([values.all.at(-1)?.type, ends]).toEqual([type, [['complete']]]);
    });
  });

  it.each<[string, () => Observable<WireEvent>]>([
    ['finished', () => of(wire.sent, wire.head(), wire.text('a'), wire.finish('stop'), wire.done)],
    ['failed', () => throwError(() => fault)],
  ])('should emit one end of a request that a listener unsubscribes within it: %s', (type, end) => {
    rx((helpers) => {
      const events: string[] = [];
      const { ask, under } = setUp(helpers, { reply: end });
      under.events$.subscribe((event) => {
        events.push(event.type);
        if (event.type === type) asked.unsubscribe();
      });
      const asked = ask('a', { retry: { count: 0 } }).subscribe();
      helpers.flush();
      expect(events.filter((each) => ['finished', 'failed', 'cancelled'].includes(each))).toEqual([type]);
    });
  });

  it('should report a request as finished if it is unsubscribed at the end of its answer', () => {
    rx((helpers) => {
      const events: GroqEvent[] = [];
      const { ask, under } = setUp(helpers, { every: 1, reply: () => helpers.cold('s(ha)-(fd|)', wires) });
      under.events$.subscribe((event) => events.push(event));
      ask('whole')
        .pipe(first(({ type }) => type === 'finish'))
        .subscribe();
      ask('part').pipe(take(1)).subscribe();
      helpers.flush();
      const usage = wire.usage({ prompt_tokens: 1, completion_tokens: 0 });
      expect(events.filter(({ type }) => type === 'finished' || type === 'cancelled')).toMatchObject([
        { type: 'cancelled', seq: 1 },
        { type: 'finished', usage, seq: 0 },
      ]);
    });
  });

  it('should show that nothing is in flight during the pause before a retry', () => {
    rx((helpers) => {
      const { ask, under } = setUp(helpers, { every: 1, reply: () => helpers.cold('s 199ms #', wires, fault) });
      const seen: [number, number | undefined][] = [];
      const watching = under.status$.subscribe(({ models: [model] }) => {
        seen.push([helpers.scheduler.now(), model?.inFlight]);
      });
      ask('a', { retry: { count: 1, initialDelay: 1_000, maxDelay: 1_000 } }).subscribe({
        error: () => {
          watching.unsubscribe();
        },
      });
      helpers.flush();
      expect(seen).toEqual([
        [0, undefined],
        [100, 1],
        [300, 0],
        [1_300, 1],
      ]);
    });
  });

  it('should send nothing for a request that is cancelled when it is admitted', () => {
    rx((helpers) => {
      const { ask, transport, store } = setUp(helpers);
      const isAdmitted = (token: Token | StateToken) => token.type === 'state' && token.state === 'admitted';
      ask('a', { lifecycle: true }).pipe(first(isAdmitted)).subscribe();
      helpers.flush();
      expect([transport.requests.length, store.open.size]).toEqual([0, 0]);
      expect(store.settled).toMatchObject([[expect.any(String), { type: 'unsent' }]]);
    });
  });

  it('should keep at most a thousand requests in flight by default', () => {
    rx((helpers) => {
      const { ask, transport } = setUp(helpers, { limits: unlimitedStore(helpers), reply: () => NEVER });
      for (let i = 0; i < 1_001; i++) ask('l').subscribe();
      helpers.flush();
      expect(transport.open).toBe(1_000);
    });
  });

  it('should order requests of one priority by their own slack', () => {
    rx((helpers) => {
      const log: string[] = [];
      const { ask } = setUp(helpers, { every: 10 });
      for (const [name, slack] of [['l1'], ['l2'], ['l3', 0], ['l4', 1_000_000]] as const) {
        ask(name, { slack }).subscribe({ complete: () => log.push(`${name} ${helpers.scheduler.now()}`) });
      }
      helpers.flush();
      expect(log).toEqual(['l3 0', 'l1 10', 'l2 20', 'l4 30']);
    });
  });

  it('should not forget a model with waiting requests, however many models there are', () => {
    rx((helpers) => {
      const { ask, under, transport } = setUp(helpers, { every: 10 });
      for (let i = 0; i < 80; i++) ask(`x${i}`, { model: `m${i % 40}` }).subscribe();
      helpers.cold('-----x').subscribe(() => {
        const [{ models } = { models: [] }] = told(under.status$).values.all;
        expect(models.map(({ model, waiting }) => [model, waiting.low])).toEqual(
          Array.from({ length: 40 }, (_, i) => [`m${i}`, 1]),
        );
        under.complete();
      });
      helpers.flush();
      expect(transport.requests).toHaveLength(80);
    });
  });

  it('should not leave a request waiting forever when its lane cannot be opened, and open it for the next one', () => {
    rx((helpers) => {
      const broken = new Error('broken');
      let isBroken = true;
      const random = (): number => {
        if (isBroken) throw broken;
        return 1;
      };
      const { ask } = setUp(helpers, { random });
      const failed = told(ask('a'));
      isBroken = false;
      const answered = told(ask('b'));
      helpers.flush();
      expect([failed.ends, answered.ends]).toEqual([[['error', broken]], [['complete']]]);
    });
  });

  it('should not leave requests waiting forever when its clock fails, and continue when it works again', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const log: string[] = [];
      let isBroken = false;
      const clock: SchedulerLike = {
        now: () => {
          if (isBroken) throw new RangeError('broken');
          return scheduler.now();
        },
        schedule: scheduler.schedule.bind(scheduler),
      };
      // Waiting requests are checked when the first one ends.
      const reply = () => helpers.cold('(sha)(fd|)', wires);
      const store = quota(1, 20, helpers);
      let listening = 0;
      const changes = (key: string) =>
        from(store.changes(key)).pipe(tap({ subscribe: () => (listening += 1), finalize: () => (listening -= 1) }));
      const { ask, under } = setUp(helpers, { limits: { ...store, changes }, scheduler: clock, reply });
      for (const name of ['l1', 'l2', 'l3']) ask(name).subscribe(noting(log, name, helpers));
      helpers.cold('---x----y').subscribe((at) => {
        isBroken = at === 'x';
        if (!isBroken) ask('l4').subscribe(noting(log, 'l4', helpers));
      });
      helpers.flush();
      expect(log.filter((entry) => !entry.startsWith('l1'))).toEqual([
        'l2 RangeError 5',
        'l3 RangeError 5',
        'l4 text 20',
        'l4 finish 25',
        'l4 complete 25',
      ]);
      // A failed lane has unsubscribed from the store as well.
      under.unsubscribe();
      helpers.flush();
      expect(listening).toBe(0);
    });
  });

  it('should serve many models, and forget idle ones', () => {
    rx((helpers) => {
      const { ask, transport } = setUp(helpers, { every: 1 });
      for (let i = 0; i < 100; i++) ask(`x${i}`, { model: `m${i}` }).subscribe();
      helpers.flush();
      expect(transport.requests).toHaveLength(100);
    });
  });

  it.each<[string, (under: RequestScheduler) => void]>([
    [
      'cut',
      (under) => {
        under.unsubscribe();
      },
    ],
    [
      'drained',
      (under) => {
        under.complete();
      },
    ],
  ])('should observe the store only for recently used models, and for none after it was %s', (_, close) => {
    rx((helpers) => {
      const store = quota(1, 1, helpers);
      const listeners = new Map<string, number>();
      const count = (key: string, more: number) => listeners.set(key, (listeners.get(key) ?? 0) + more);
      const changes = (key: string) =>
        from(store.changes(key)).pipe(tap({ subscribe: () => count(key, 1), finalize: () => count(key, -1) }));
      const heard = () => [...listeners.values()].filter((listening) => listening > 0).length;
      const { ask, under } = setUp(helpers, { limits: { ...store, changes } });
      for (let i = 0; i < 100; i++) {
        helpers.cold(`${i * 10}ms x`).subscribe(() => ask(`x${i}`, { model: `m${i}` }).subscribe());
      }
      helpers.flush();
      const idle = heard();
      close(under);
      helpers.flush();
      // Whenever 32 models are idle, all of them are forgotten.
      expect([idle, heard()]).toEqual([100 % 32, 0]);
    });
  });
});
