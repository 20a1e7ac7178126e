import { concat, NEVER, type Observable, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import type { ChatOptions } from '../../src/client/CallOptions.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import { isHttpError, isQueueFullError, isRequestTooLargeError, isTimeoutError } from '../../src/errors/guards.ts';
import type { ChatRequest } from '../../src/model/ChatRequest.ts';
import type { GroqEvent } from '../../src/model/GroqEvent.ts';
import type { Limits } from '../../src/model/Limits.ts';
import type { WireHeaders } from '../../src/model/WireHeaders.ts';
import type { TokenCounter } from '../../src/ports/TokenCounter.ts';
import type { Transport, WireEvent } from '../../src/ports/Transport.ts';
import { type ModelServerConfig, modelServer } from '../../src/testing/modelServer.ts';
import { network } from '../../src/testing/network.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { wire } from '../../src/testing/wire.ts';
import { seeded } from '../util/random.ts';

const MINUTE = 60_000;
const PROMPT = 50;

/** A client in virtual time, and how its requests ended. */
const clientOf = (options: GroqOptions, transport: Transport, scheduler = virtualClock()) => {
  const groq = createGroq({ transport, scheduler, random: () => 0.5, counter: constantCounter(PROMPT), ...options });
  const events: GroqEvent[] = [];
  groq.events$.subscribe((event) => events.push(event));
  const ends: { readonly at: number; readonly error?: unknown }[] = [];
  const ask = (request: Partial<ChatRequest> = {}, call: ChatOptions = {}): void => {
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    groq.chat({ model: 'm', messages, ...request }, call).subscribe({
      error: (error: unknown) => ends.push({ at: scheduler.now(), error }),
      complete: () => ends.push({ at: scheduler.now() }),
    });
  };
  const told = (type: GroqEvent['type']) => events.filter((event) => event.type === type);
  return { groq, scheduler, events, told, ends, ask };
};

/** A client of a server with limits. */
const served = (limits: Limits, server: Partial<ModelServerConfig> = {}, options: GroqOptions = {}) => {
  const scheduler = virtualClock();
  const bodies: ChatRequest[] = [];
  const script: ModelServerConfig['script'] = () => ({ promptTokens: PROMPT, completionTokens: 40 });
  const transport = modelServer({
    limits,
    scheduler,
    ...server,
    script: (request, index) => {
      bodies.push(request);
      return (server.script ?? script)(request, index);
    },
  });
  return { ...clientOf({ limits: { m: limits }, ...options }, transport, scheduler), server: transport, bodies };
};

/** A client with the given answers. */
const answering = (answer: (index: number) => Observable<WireEvent>, options: GroqOptions = {}) => {
  const scheduler = virtualClock();
  let count = 0;
  const sentAt: number[] = [];
  const transport: Transport = {
    send: () => {
      sentAt.push(scheduler.now());
      return concat(of(wire.sent), timer(1, scheduler), answer(count++)) as Observable<WireEvent>;
    },
  };
  return { ...clientOf({ limits: { m: { rpm: 1_000 } }, ...options }, transport, scheduler), sentAt };
};

const refusal = (status: number, headers: WireHeaders = {}): Observable<WireEvent> =>
  of(wire.head(status, headers), wire.error('no'));
const good = (): Observable<WireEvent> => of(wire.head(), wire.text('a'), wire.finish('stop', {}), wire.done);

describe('fitting max_completion_tokens', () => {
  const limits = { tpm: 10_000 };
  const maxima = (bodies: readonly ChatRequest[]) => bodies.map((body) => body.max_completion_tokens);
  /** A client that has seen enough completions of 40 tokens. */
  const used = (options: GroqOptions = { fitOutput: true }) => {
    const client = served(limits, {}, options);
    for (let i = 0; i < 20; i++) client.ask({ max_completion_tokens: 60 }, { tenant: 'a' });
    client.scheduler.flush(10 * MINUTE);
    client.bodies.splice(0);
    client.events.splice(0);
    return client;
  };

  it('should lower a maximum to what earlier answers needed, and emit an event', () => {
    const { ask, scheduler, bodies, told } = used();
    ask({ max_completion_tokens: 4_000 }, { tenant: 'a' });
    ask({ max_completion_tokens: 50 }, { tenant: 'a' });
    ask({}, { tenant: 'a' });
    scheduler.flush(20 * MINUTE);
    expect(maxima(bodies)).toEqual([64, 50, undefined]);
    expect(told('output-fitted')).toMatchObject([{ from: 4_000, to: 64, model: 'm', tenant: 'a' }]);
  });

  it('should learn separately for each model and tenant', () => {
    const { ask, scheduler, bodies, told } = used();
    ask({ max_completion_tokens: 400 }, { tenant: 'b' });
    ask({ max_completion_tokens: 400 });
    scheduler.flush(20 * MINUTE);
    expect(maxima(bodies)).toEqual([400, 400]);
    expect(told('output-fitted')).toEqual([]);
  });

  it('should lower a maximum to fit into the limits', () => {
    const client = served(limits, {}, { fitOutput: true });
    client.ask({ max_completion_tokens: 32_000 });
    client.scheduler.flush(20 * MINUTE);
    expect(maxima(client.bodies)).toEqual([10_000 - PROMPT]);
    expect(client.told('output-fitted')).toMatchObject([{ from: 32_000, to: 9_950 }]);
    const exact = served(limits);
    exact.ask({ max_completion_tokens: 32_000 });
    exact.scheduler.flush(20 * MINUTE);
    expect(exact.ends[0]?.error).toSatisfy(isRequestTooLargeError);
  });

  it.each<[string, GroqOptions, ChatOptions, number]>([
    ['not where nobody asked for it', {}, {}, 4_000],
    ['where the client asks for it', { fitOutput: true }, {}, 64],
    ['where the call asks for it', {}, { fitOutput: true }, 64],
    ['not where the call does not want it', { fitOutput: true }, { fitOutput: false }, 4_000],
    ['by the quantile that is named', { fitOutput: { quantile: 0 } }, {}, 64],
  ])('should lower the maximum %s', (_, options, call, expected) => {
    const { ask, scheduler, bodies } = used(options);
    ask({ max_completion_tokens: 4_000 }, { tenant: 'a', ...call });
    scheduler.flush(20 * MINUTE);
    expect(maxima(bodies)).toEqual([expected]);
  });
});

describe('the duration in retry-after', () => {
  const past = { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT', date: 'Fri, 20 Nov 2026 12:00:00 GMT' };

  it.each<[string, WireHeaders]>([
    ['nothing', {}],
    ['words', { 'retry-after': 'abc' }],
    ['less than nothing', { 'retry-after': '-5' }],
    ['a moment that has passed', past],
    ['a date without a clock to compare it with', { 'retry-after': 'Fri, 20 Nov 2099 12:00:00 GMT' }],
    ['for ever', { 'retry-after': '1e400' }],
    ['infinity', { 'retry-after': 'Infinity' }],
    ['two things', { 'retry-after': ['1', '2'] }],
    ['nothing that is a number', { 'retry-after-ms': 'NaN' }],
    ['an empty text', { 'retry-after': '' }],
  ])('should be replaced by the normal backoff when it is %s', (_, headers) => {
    const { ask, scheduler, sentAt, ends, told } = answering((i) => (i < 2 ? refusal(503, headers) : good()));
    ask();
    scheduler.flush(MINUTE);
    // Half of 100 ms, then half of 200 ms.
    expect(sentAt).toEqual([0, 51, 152]);
    expect(told('retrying')).toMatchObject([{ delay: 50 }, { delay: 100 }]);
    expect(ends).toEqual([{ at: 153 }]);
  });

  it.each<[string, WireHeaders, number]>([
    ['seconds', { 'retry-after': '3' }, 3_000],
    ['parts of a second', { 'retry-after': '0.25' }, 250],
    ['milliseconds', { 'retry-after-ms': '1234', 'retry-after': '99' }, 1_234],
    ['a date', { 'retry-after': 'Fri, 20 Nov 2026 12:00:07 GMT', date: 'Fri, 20 Nov 2026 12:00:00 GMT' }, 7_000],
  ])('should be waited in full, plus the normal backoff, when it is %s', (_, headers, ms) => {
    const { ask, scheduler, sentAt } = answering((i) => (i < 1 ? refusal(503, headers) : good()));
    ask();
    scheduler.flush(MINUTE);
    expect(sentAt).toEqual([0, 1 + ms + 50]);
  });

  it.each<[string, WireHeaders]>([
    ['words', { 'retry-after': 'abc' }],
    ['less than nothing', { 'retry-after': '-5' }],
    ['a month', { 'retry-after': '2592000' }],
    ['for ever', { 'retry-after': '1e400' }],
  ])('should be replaced by a pause of a second when a 429 asks for %s', (_, headers) => {
    const { ask, scheduler, sentAt, ends } = answering((i) => (i < 1 ? refusal(429, headers) : good()));
    ask();
    scheduler.flush(MINUTE);
    expect(sentAt).toEqual([0, 1_001]);
    expect(ends).toEqual([{ at: 1_002 }]);
  });

  it('should be reported in the error, and not waited for, when it exceeds the queue timeout', () => {
    const limited = answering(() => refusal(429, { 'retry-after': '7200' }));
    limited.ask({}, { timeouts: { queue: MINUTE } });
    limited.scheduler.flush(86_400_000);
    expect(limited.ends).toMatchObject([{ at: MINUTE, error: { phase: 'queue', wouldStartInMs: 7_140_001 } }]);
    expect(limited.ends[0]?.error).toSatisfy(isTimeoutError);

    const faulty = answering(() => refusal(503, { 'retry-after': '7200' }));
    faulty.ask({}, { timeouts: { queue: MINUTE } });
    faulty.scheduler.flush(86_400_000);
    expect(faulty.ends).toMatchObject([{ at: 1, error: { status: 503, retryAfter: 7_200_000 } }]);
    expect(faulty.ends[0]?.error).toSatisfy(isHttpError);

    const monthly = answering(() => refusal(503, { 'retry-after': '2592000' }));
    monthly.ask();
    monthly.scheduler.flush(86_400_000);
    expect(monthly.ends).toMatchObject([{ at: 1, error: { status: 503, retryAfter: 2_592_000_000 } }]);
  });
});

describe('timeouts that are Infinity', () => {
  it('should never expire', () => {
    const timeouts = { queue: Infinity, connect: Infinity, betweenTokens: Infinity, total: Infinity };
    const { ask, scheduler, ends, told } = answering(() => NEVER, { timeouts, maxInFlight: 1 });
    ask();
    ask();
    scheduler.flush(60 * 86_400_000);
    expect([told('admitted').length, ends, scheduler.pending]).toEqual([1, [], 0]);
  });
});

describe('retries', () => {
  it('should be limited to a fifth of all requests plus ten, whatever the retry count', () => {
    const { ask, scheduler, sentAt, ends } = answering(() => refusal(503));
    for (let i = 0; i < 50; i++) ask({}, { retry: { count: 5 } });
    scheduler.flush(MINUTE / 2);
    expect([sentAt.length, ends.length]).toEqual([50 + 10 + 10, 50]);
    // After a minute there are ten again.
    scheduler.flush(2 * MINUTE);
    sentAt.splice(0);
    for (let i = 0; i < 5; i++) ask({}, { retry: { count: 5 } });
    scheduler.flush(3 * MINUTE);
    expect(sentAt).toHaveLength(5 + 10);
  });

  it('should be allowed for a fifth of a batch that is made at once, as its requests are sent', () => {
    const { ask, scheduler, sentAt, ends } = answering((i) => (i % 10 === 0 ? refusal(503) : good()), {
      maxInFlight: 5,
    });
    for (let i = 0; i < 3_000; i++) ask({}, { retry: { count: 5 } });
    scheduler.flush();
    expect(ends.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(sentAt.length).toBeGreaterThan(3_300);
  });

  it('should not count attempts that return to the queue after a 429', () => {
    const { ask, scheduler, sentAt, ends } = answering((i) => (i < 30 ? refusal(429, { 'retry-after': '1' }) : good()));
    ask({}, { retry: { count: 0 } });
    scheduler.flush(60 * MINUTE);
    expect([sentAt.length, ends]).toEqual([31, [{ at: expect.any(Number) as number }]]);
  });

  it('should be limited by the budget also when the connection fails before anything is sent', () => {
    const lost = () => throwError(() => new Error('unreachable'));
    const { ask, scheduler, ends, sentAt } = answering(lost);
    ask({}, { retry: { count: 50, initialDelay: 1, maxDelay: 1 } });
    scheduler.flush(MINUTE);
    expect([ends.length, sentAt.length]).toEqual([1, 1 + 10]);
  });
});

describe('a counter that overestimates', () => {
  it.each([1.2, 2, 4])('should not have the overestimate given back twice: %d times as much', (factor) => {
    const chance = seeded(7);
    const lengthOf = ({ messages }: ChatRequest) => Number(messages[0]?.content);
    const counter: TokenCounter = {
      count: (request) => ({ tokens: lengthOf(request), bound: Math.ceil(lengthOf(request) * factor), exact: false }),
    };
    const script: ModelServerConfig['script'] = (request) => ({
      promptTokens: lengthOf(request),
      completionTokens: Math.floor(chance() * 200),
      duration: 300 + chance() * 1_000,
    });
    const hop = network({ seed: 3, latency: 30, jitter: 100 });
    const client = served({ rpm: 1_000, tpm: 8_000 }, { script, network: hop }, { counter });
    for (let i = 0; i < 300; i += 1) {
      client.ask({
        messages: [{ role: 'user', content: String(100 + Math.floor(chance() * 1_500)) }],
        max_completion_tokens: 200,
      });
    }
    client.scheduler.flush(12 * 60 * MINUTE);
    expect([client.server.admissions.length, client.server.refusals]).toEqual([300, []]);
  });
});

describe('a server that keeps unused tokens', () => {
  const limits = { tpm: 12_000 };
  /** Requests with a high maximum and little usage, for about an hour. */
  const load = (options: GroqOptions = {}) => {
    const chance = seeded(3);
    const script = () => ({ promptTokens: PROMPT, completionTokens: Math.floor(chance() * 200), duration: 800 });
    const client = served(limits, { chargeModel: 'keep', script }, options);
    for (let i = 0; i < 700; i++) client.ask({ max_completion_tokens: 1_000 });
    client.scheduler.flush(2 * 60 * MINUTE);
    return client;
  };

  it('should be detected from its answers, and meet no limit afterwards', () => {
    const { server, ends } = load();
    expect(ends.filter(({ error }) => error !== undefined)).toEqual([]);
    const last = server.refusals.at(-1)?.at ?? 0;
    expect(server.refusals.length).toBeLessThan(30);
    expect(last).toBeLessThan(15 * MINUTE);
    // The whole quota is used: 700 requests of 1,050 tokens at 200 tokens a second.
    expect(Math.max(...ends.map(({ at }) => at))).toBeLessThan(1.02 * 700 * 1_050 * 5);
  });

  it('should meet no limit when the store is configured for it', () => {
    const scheduler = virtualClock();
    const script = () => ({ promptTokens: PROMPT, completionTokens: 10, duration: 800 });
    const server = modelServer({ limits, scheduler, chargeModel: 'keep', script });
    const store = memoryLimitStore({ limits, scheduler, chargeModel: 'keep' });
    const { ask, ends } = clientOf({ store }, server, scheduler);
    for (let i = 0; i < 200; i++) ask({ max_completion_tokens: 1_000 });
    scheduler.flush(60 * MINUTE);
    expect([server.refusals.length, ends.length]).toEqual([0, 200]);
  });
});

describe('a client with many waiting requests', () => {
  it('should keep at most `maxQueued`, by the overflow policy', () => {
    const all = (options: GroqOptions) => {
      const { ask, scheduler, ends } = answering(good, { limits: { m: { rpm: 1 } }, maxQueued: 3, ...options });
      for (const priority of ['low', 'low', 'low', 'low', 'high'] as const) ask({}, { priority });
      scheduler.flush(10 * MINUTE);
      return ends.filter(({ error }) => isQueueFullError(error)).length;
    };
    expect([all({}), all({ overflow: 'newest' }), all({ maxQueued: 9 })]).toEqual([1, 1, 0]);
  });

  it('should emit the status at most ten times a second', () => {
    // One request ends every five milliseconds.
    const script = (_: ChatRequest, index: number) => ({ completionTokens: 1, duration: 5 * index });
    const { groq, ask, scheduler } = served({ tpm: 600_000, rpm: 6_000 }, { script });
    let told = 0;
    groq.status$.subscribe(() => {
      told += 1;
    });
    for (let i = 0; i < 1_000; i++) ask({ max_completion_tokens: 1 });
    scheduler.flush(5_000);
    expect(told).toBeLessThanOrEqual(51);
    expect(told).toBeGreaterThan(40);
  });

  it('should change its limits at once, and refuse requests that no longer fit', () => {
    const { groq, ask, scheduler, ends } = served({ tpm: 1_000 });
    ask({ max_completion_tokens: 900 });
    scheduler.flush(1);
    ask({ max_completion_tokens: 400 }, { priority: 'high' });
    ask({ max_completion_tokens: 600 });
    scheduler.flush(10);
    groq.setLimits('m', { tpm: 500 });
    scheduler.flush(11);
    // The first waiting request still fits.
    expect(ends.map(({ error }) => isRequestTooLargeError(error))).toEqual([true]);
    scheduler.flush(20 * MINUTE);
    expect(ends.map(({ error }) => error === undefined)).toEqual([false, true, true]);
  });
});

describe('a complete answer', () => {
  it('should be limited only by the total timeout, since no token comes before it', () => {
    const scheduler = virtualClock();
    const body = { id: 'x', model: 'm', choices: [{ index: 0, message: { role: 'assistant', content: 'a' } }] };
    const whole = of(wire.head(200, { 'content-type': 'application/json' }), {
      type: 'data' as const,
      bytes: Buffer.from(JSON.stringify(body)),
    });
    const transport: Transport = {
      send: () => concat(of(wire.sent), timer(500, scheduler), whole) as Observable<WireEvent>,
    };
    const timeouts = { firstToken: 100, betweenTokens: 100, total: 1_000 };
    const { groq } = clientOf({ limits: false, timeouts }, transport, scheduler);
    const heard: unknown[] = [];
    groq.complete({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] }).subscribe({
      next: ({ message }) => heard.push(message.content),
      error: (error: unknown) => heard.push(error),
    });
    scheduler.flush();
    expect(heard).toEqual(['a']);
  });
});
