import { Socket } from 'node:net';
import { BehaviorSubject, Observable, Subject, tap } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Exchange, type ExchangeConfig, type Outgoing } from '../../src/adapters/Exchange.ts';
import { isConnectionError, isProtocolError, isTimeoutError } from '../../src/errors/guards.ts';
import type { WireEvent } from '../../src/ports/Transport.ts';
import { told } from '../util/told.ts';

/** A subscribed exchange, with the controller that undici would give it. */
const make = (paused$?: Observable<boolean>, connectTimeout?: number, rest: Partial<ExchangeConfig> = {}) => {
  const aborted: string[] = [];
  const flow: string[] = [];
  const controller = {
    rawHeaders: undefined as unknown,
    abort: ({ message }: Error) => aborted.push(message),
    pause: () => flow.push('pause'),
    resume: () => flow.push('resume'),
  };
  const exchanges: Exchange[] = [];
  let sent = 0;
  const heard = told(
    new Observable<WireEvent>((subscriber) => {
      const outgoing: Outgoing = { method: 'GET', path: '/', headers: [], body: null };
      const line = { dispatch: () => (sent += 1), failedToConnect: () => false };
      const config = { outgoing, paused$, connectTimeout, maxBytes: 1, http2: false, dispatcher: line, ...rest };
      const exchange = new Exchange(subscriber, config);
      exchanges.push(exchange);
      subscriber.add(exchange);
    }),
  );
  const [exchange] = exchanges;
  if (exchange === undefined) throw new Error('It was not subscribed to.');
  return { exchange, controller, aborted, flow, heard, sent: () => sent };
};

describe('Exchange', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(['ended', 'left', 'left before it started'])(
    'should keep no reference to objects of undici once it has %s',
    async (how) => {
      const begin = () => {
        const { exchange, controller, aborted } = make();
        const socket = new Socket().on('error', () => undefined);
        exchange.connecting(socket, true);
        if (how === 'left before it started') exchange.unsubscribe();
        exchange.onRequestStart(controller);
        if (how === 'ended') exchange.onResponseEnd();
        if (how !== 'left before it started') exchange.unsubscribe();
        return { exchange, aborted, held: [new WeakRef(controller), new WeakRef(socket)] };
      };
      const { exchange, aborted, held } = begin();
      // A new WeakRef keeps its target alive until the end of the current turn.
      await new Promise((resolve) => setImmediate(resolve));
      globalThis.gc?.();
      expect(held.map((each) => each.deref())).toEqual([undefined, undefined]);
      expect(aborted).toEqual(how === 'ended' ? [] : ['unsubscribed']);
      exchange.unsubscribe();
    },
  );

  it('should release the raw headers as soon as the head has arrived', () => {
    const { exchange, controller } = make();
    controller.rawHeaders = [Buffer.from('x'), Buffer.from('y')];
    exchange.onRequestStart(controller);
    exchange.onResponseStart(controller, 200, { x: 'y' });
    expect(controller.rawHeaders).toBeNull();
  });

  const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });

  it('should resend a request once when a reused connection was lost, and emit `sent` once', () => {
    const paused$ = new BehaviorSubject(false);
    const listening: number[] = [];
    const noting = paused$.pipe(tap({ subscribe: () => listening.push(1) }));
    const { exchange, controller, heard, sent } = make(noting);
    exchange.dispatch();
    exchange.onRequestStart(controller);
    exchange.onResponseError(controller, reset);
    expect([sent(), heard.ends]).toEqual([2, []]);
    exchange.onRequestStart(controller);
    expect([heard.values.all, listening]).toEqual([[{ type: 'sent' }], [1]]);
    // The second connection was new, so there is no other attempt.
    exchange.onResponseError(controller, reset);
    expect([sent(), heard.ends]).toEqual([2, [['error', expect.toSatisfy(isConnectionError)]]]);
  });

  it('should fail when the new connection for resending is not made in time', () => {
    vi.useFakeTimers();
    const begin = () => {
      const made = make(undefined, 300);
      made.exchange.onRequestStart(made.controller);
      made.exchange.onResponseError(made.controller, reset);
      vi.advanceTimersByTime(299);
      return made;
    };
    const late = begin();
    const socket = new Socket().on('error', () => undefined);
    late.exchange.connecting(socket, true);
    expect(late.heard.ends).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(late.heard.ends).toEqual([['error', expect.toSatisfy(isTimeoutError)]]);
    expect([late.heard.ends[0]?.[1], socket.destroyed]).toMatchObject([{ phase: 'connect', limit: 300 }, true]);
    const good = begin();
    good.exchange.onRequestStart(good.controller);
    const left = begin();
    left.heard.subscription.unsubscribe();
    expect([vi.getTimerCount(), good.heard.ends]).toEqual([0, []]);
  });

  it('should report the request as sent when no new connection can be made for resending', () => {
    const { exchange, controller, heard } = make();
    exchange.onRequestStart(controller);
    exchange.onResponseError(controller, reset);
    exchange.onResponseError(controller, Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    const [[, error] = []] = heard.ends;
    expect(error).toMatchObject({ sent: true, reason: 'ECONNREFUSED' });
    expect(String(error)).toContain('The connection was lost, and no new one could be made (ECONNREFUSED). Try again;');
  });

  it('should dispatch a request again while idle connections close before it was sent', () => {
    vi.useFakeTimers();
    const { exchange, controller, heard, sent } = make();
    exchange.dispatch();
    for (const more of [2, 3]) {
      exchange.onResponseError(controller, reset);
      expect(sent()).toBe(more - 1);
      vi.runAllTimers();
      expect([sent(), heard.ends]).toEqual([more, []]);
    }
    // A connection made for this request was not idle, so its failure is final.
    exchange.connecting(new Socket(), true);
    exchange.onResponseError(controller, reset);
    vi.runAllTimers();
    expect([sent(), heard.ends[0]?.[1]]).toMatchObject([3, { sent: false, reason: 'ECONNRESET' }]);
    const left = make();
    left.exchange.onResponseError(left.controller, reset);
    left.exchange.unsubscribe();
    vi.runAllTimers();
    expect(left.sent()).toBe(0);
  });

  it.each<[string, number, Partial<ExchangeConfig> & { isNew?: boolean; error?: Error }]>([
    ['was reused', 2, {}],
    ['was opened ahead', 2, { isNew: false }],
    ['was made for it', 1, { isNew: true }],
    ['was never made', 1, { dispatcher: { dispatch: () => undefined, failedToConnect: () => true } }],
    ['was lost for another reason', 1, { error: Object.assign(new Error('slow'), { code: 'UND_ERR_BODY_TIMEOUT' }) }],
    ['was lost for no reason', 1, { error: new Error('lost') }],
  ])('should send a request whose connection %s %d times', (_, times, { isNew, error = reset, ...rest }) => {
    const dispatcher = { failedToConnect: () => false, ...rest.dispatcher, dispatch: vi.fn() };
    const { exchange, controller } = make(undefined, undefined, { ...rest, dispatcher });
    exchange.dispatch();
    if (isNew !== undefined) exchange.connecting(new Socket(), isNew);
    exchange.onRequestStart(controller);
    exchange.onResponseError(controller, error);
    expect(dispatcher.dispatch).toHaveBeenCalledTimes(times);
  });

  it('should not resend a request whose connection was lost late, nor give up one that has no time to connect', () => {
    vi.useFakeTimers();
    const lostAfter = (ms: number): number => {
      const { exchange, controller, sent } = make();
      exchange.dispatch();
      exchange.onRequestStart(controller);
      vi.advanceTimersByTime(ms);
      exchange.onResponseError(controller, reset);
      return sent();
    };
    expect([lostAfter(299), lostAfter(300)]).toEqual([2, 1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should not resend a request after the head of its answer', () => {
    const { exchange, controller, heard, sent } = make();
    exchange.dispatch();
    exchange.onRequestStart(controller);
    exchange.onResponseStart(controller, 200, {});
    exchange.onResponseError(controller, reset);
    expect([sent(), heard.ends]).toEqual([1, [['error', expect.toSatisfy(isConnectionError)]]]);
  });

  it('should destroy the new connection when unsubscribed while it waits for that', () => {
    const { exchange, controller, aborted } = make();
    exchange.onRequestStart(controller);
    exchange.onResponseError(controller, reset);
    const socket = new Socket().on('error', () => undefined);
    exchange.connecting(socket, true);
    exchange.unsubscribe();
    expect([socket.destroyed, aborted]).toEqual([true, []]);
  });

  it('should not abort a request that has ended already', () => {
    const failed = make();
    failed.exchange.onRequestStart(failed.controller);
    failed.exchange.onResponseError(failed.controller, new Error('lost'));
    failed.exchange.unsubscribe();
    expect(failed.aborted).toEqual([]);
    const long = make();
    long.exchange.onRequestStart(long.controller);
    long.exchange.onResponseStart(long.controller, 200, {});
    long.exchange.onResponseData(long.controller, new Uint8Array(2));
    long.exchange.unsubscribe();
    expect(long.aborted).toEqual([expect.stringMatching(/^The answer is longer than 1 bytes\./)]);
  });

  it.each([0, 99])('should reject status %d as a violation of HTTP', (status) => {
    const { exchange, controller, aborted, heard } = make();
    exchange.onRequestStart(controller);
    exchange.onResponseStart(controller, status, {});
    expect(heard.ends).toEqual([['error', expect.toSatisfy(isProtocolError)]]);
    expect(aborted).toEqual([expect.stringContaining(`its status is ${status}.`)]);
  });

  it('should observe the pause only while it runs, and fail when the pause fails', () => {
    const paused$ = new Subject<boolean>();
    const running = make(paused$);
    running.exchange.onRequestStart(running.controller);
    expect(paused$.observed).toBe(true);
    running.heard.subscription.unsubscribe();
    expect(paused$.observed).toBe(false);
    const failing = make(paused$);
    failing.exchange.onRequestStart(failing.controller);
    const broken = new Error('broken');
    paused$.error(broken);
    expect(failing.heard.ends).toEqual([['error', broken]]);
  });

  it('should pause and go on as it is told, also on a new connection', async () => {
    const paused$ = new BehaviorSubject(true);
    const { exchange, controller, flow, heard } = make(paused$);
    exchange.onRequestStart(controller);
    expect(flow).toEqual(['pause']);
    exchange.onResponseError(controller, reset);
    exchange.onRequestStart(controller);
    expect(flow).toEqual(['pause', 'pause']);
    paused$.next(false);
    // Not within a notification of undici.
    expect(flow).toEqual(['pause', 'pause']);
    await Promise.resolve();
    expect(flow).toEqual(['pause', 'pause', 'resume']);
    paused$.next(true);
    paused$.next(false);
    paused$.next(true);
    await Promise.resolve();
    expect(flow.slice(3)).toEqual(['pause', 'pause']);
    heard.subscription.unsubscribe();
  });

  it('should be aborted in the next turn if it shares its connection', async () => {
    const { exchange, controller, heard, aborted } = make(undefined, undefined, { http2: true });
    exchange.onRequestStart(controller);
    heard.subscription.unsubscribe();
    expect(aborted).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(aborted).toEqual(['unsubscribed']);
  });
});
