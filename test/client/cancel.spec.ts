import { getEventListeners } from 'node:events';
import { concat, finalize, firstValueFrom, NEVER, Subject, takeWhile, tap } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import type { CallOptions } from '../../src/client/CallOptions.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Groq } from '../../src/client/Groq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import { isCancelledError } from '../../src/errors/guards.ts';
import type { StateToken, Token } from '../../src/model/Token.ts';
import type { TokenCount } from '../../src/model/TokenCount.ts';
import type { Verdict } from '../../src/model/Verdict.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { type Quota, quota } from '../../src/testing/quota.ts';
import { wire } from '../../src/testing/wire.ts';
import { Child } from '../util/child.ts';
import { type CountingClock, countingClock } from '../util/countingClock.ts';
import { chunk, completion, json, STREAM_HEAD, textEvent } from '../util/http.ts';
import { tokens } from '../util/jobs.ts';
import { type RawRequest, type RawServer, rawServers } from '../util/rawServer.ts';
import { type Told, told } from '../util/told.ts';

const MODEL = 'openai/gpt-oss-20b';
const HOUR = 3_600_000;
const messages = [{ role: 'user' as const, content: 'Hi' }];

/** The parts of a test. */
interface Setting {
  readonly server: RawServer;
  readonly clock: CountingClock;
  /** One request in an hour. */
  readonly store: Quota;
  /** The verdicts of an asynchronous store. */
  readonly verdicts: Subject<Verdict>;
}

type Asked = Told<Token | StateToken>;

/** A stage that a request can reach. */
interface Stage {
  readonly answer?: (request: RawRequest) => unknown;
  readonly options?: (setting: Setting) => GroqOptions;
  /** Runs before the request. */
  readonly before?: (setting: Setting) => unknown;
  /** Settles when the stage is reached. */
  readonly reach: (asked: Asked, setting: Setting) => Promise<unknown>;
  /** Whether timers are set at that stage, and how many reservations and connections are open. */
  readonly holds: readonly [timers: boolean, reservations: number, connections: number];
  /** Runs after the request was cancelled. */
  readonly after?: (setting: Setting) => unknown;
  /** The outcomes of its reservations, in order. */
  readonly outcomes: readonly string[];
  /** How many connections stay open, for the next request. */
  readonly idle?: number;
}

const reached = async (asked: Asked, state: StateToken['state']): Promise<void> => {
  for (let index = 0; ; index++) {
    const token = await asked.values.at(index);
    if (token.type === 'state' && token.state === state) return;
  }
};

const overTls = ({ server }: Setting): GroqOptions => ({ baseURL: server.url.replace('http:', 'https:') });

const stages: Record<string, Stage> = {
  'its tokens are counted': {
    options: () => ({ counter: { count: () => new Subject<TokenCount>() } }),
    reach: (_, { clock }) => clock.idle(),
    holds: [true, 0, 0],
    outcomes: [],
  },
  'it waits for the limit': {
    before: ({ store }) => store.reserve({ key: MODEL, id: 'another', cost: tokens(1) }),
    reach: (_, { clock }) => clock.idle(),
    holds: [true, 1, 0],
    after: ({ store }) => store.settle({ key: MODEL, id: 'another', cost: tokens(1) }, { type: 'unsent' }),
    outcomes: ['unsent'],
  },
  'the store is asked': {
    options: ({ store, verdicts }) => {
      const thinking: LimitStore = {
        ...store,
        reserve: (reservation) => {
          void store.reserve(reservation);
          return verdicts;
        },
      };
      return { store: thinking };
    },
    reach: (_, { clock }) => clock.idle(),
    holds: [true, 1, 0],
    after: ({ verdicts }) => {
      verdicts.next({ type: 'granted' });
    },
    outcomes: ['unsent'],
  },
  'its connection is made': {
    // The server accepts the connection, but does not answer the TLS handshake.
    options: overTls,
    reach: async (_, { server }) => (await server.connections.at(0)).touched,
    holds: [true, 1, 1],
    outcomes: ['unsent'],
  },
  'its first byte is awaited': {
    reach: (_, { server }) => server.requests.at(0),
    holds: [true, 1, 1],
    outcomes: ['unknown'],
  },
  'it streams': {
    answer: ({ connection }) =>
      connection.socket.write(Buffer.concat([Buffer.from(STREAM_HEAD), chunk(textEvent('Hel'))])),
    reach: async (asked) => {
      while ((await asked.values.at(asked.values.length - 1)).type === 'state')
        await asked.values.at(asked.values.length);
    },
    holds: [true, 1, 1],
    outcomes: ['unknown'],
  },
  'it pauses before a retry': {
    answer: ({ connection }) => connection.socket.write(json(503, {})),
    reach: (asked) => reached(asked, 'retrying'),
    holds: [true, 0, 1],
    outcomes: ['unknown'],
    idle: 1,
  },
  'it is back in its place after a 429': {
    answer: ({ connection }) =>
      connection.socket.write(json(429, { error: { message: '… Please try again in 30m. X' } })),
    reach: async (asked, { clock }) => {
      await reached(asked, 'retrying');
      await clock.idle();
    },
    holds: [true, 0, 1],
    outcomes: ['rejected'],
    idle: 1,
  },
};

describe('leaving a request', () => {
  const serve = rawServers();
  const made: Groq[] = [];

  afterEach(async () => {
    await Promise.all(made.splice(0).map((groq) => groq.close()));
  });

  const make = (options: GroqOptions): Groq => {
    const groq = createGroq({ apiKey: 'gsk_x', counter: constantCounter(1), ...options });
    made.push(groq);
    return groq;
  };

  /** Brings a request to a stage, and returns the objects that count its resources. */
  const bring = async ({ answer, options, before, reach, holds }: Stage, call: CallOptions = {}) => {
    const server = await serve({ answer: (request) => answer?.(request) });
    const clock = countingClock();
    const store = quota(1, HOUR, { scheduler: clock });
    const setting: Setting = { server, clock, store, verdicts: new Subject() };
    const groq = make({
      baseURL: server.url,
      scheduler: clock,
      store,
      retry: { initialDelay: HOUR, maxDelay: HOUR },
      random: () => 0.5,
      timeouts: { queue: HOUR, connect: HOUR, firstToken: HOUR, betweenTokens: HOUR, total: HOUR },
      ...options?.(setting),
    });
    await before?.(setting);
    const asked = told(groq.chat({ messages }, { ...call, lifecycle: true }));
    await reach(asked, setting);
    const [timers, ...held] = holds;
    expect([clock.pending > 0, store.open.size, server.open, asked.ends]).toEqual([timers, ...held, []]);
    return { ...setting, groq, asked };
  };

  /** Checks that no resource of a request is left. */
  const expectNothing = async (stage: Stage, all: Awaited<ReturnType<typeof bring>>): Promise<void> => {
    const { server, clock, store, groq } = all;
    const { after, outcomes, idle = 0 } = stage;
    await after?.(all);
    await clock.idle();
    expect(clock.pending).toBe(0);
    expect([...store.open.keys()]).toEqual([]);
    expect(store.settled.map(([, { type }]) => type)).toEqual(outcomes);
    expect(await firstValueFrom(groq.status$)).toEqual({ models: [] });
    if (idle === 0) for (const { closed } of server.connections.all) await closed;
    expect(server.open).toBe(idle);
    await groq.close();
    for (const { closed } of server.connections.all) await closed;
  };

  describe.each(Object.entries(stages))('while %s', (_, stage) => {
    it('should leave no timer, no connection and no reservation', async () => {
      const all = await bring(stage);
      const { length } = all.asked.values;
      all.asked.subscription.unsubscribe();
      await expectNothing(stage, all);
      expect([all.asked.values.length, all.asked.ends]).toEqual([length, []]);
    });

    it('should do the same when a signal aborts, with an error', async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const all = await bring(stage, { signal });
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      const reason = new Error('enough');
      controller.abort(reason);
      const [[type, error] = []] = all.asked.ends;
      expect([type, isCancelledError(error) && error.cause]).toEqual(['error', reason]);
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
      await expectNothing(stage, all);
      expect(all.asked.ends).toHaveLength(1);
    });
  });
});

describe('unsubscribing in a notification', () => {
  const serve = rawServers();

  it.each<[told: string, sent: number, outcomes: string[]]>([
    ['queued', 0, []],
    ['admitted', 0, ['unsent']],
    // It counts as sent, although it is stopped before its first byte.
    ['connected', 0, ['unknown']],
    ['retrying', 1, ['unknown']],
    ['text', 1, ['unknown']],
  ])('should leave no timer, connection or reservation: %s', async (last, sent, outcomes) => {
    const answer = stages[last === 'retrying' ? 'it pauses before a retry' : 'it streams']?.answer;
    const server = await serve({ answer: (request) => answer?.(request) });
    const clock = countingClock();
    const store = quota(1, HOUR, { scheduler: clock });
    const groq = createGroq({
      apiKey: 'gsk_x',
      baseURL: server.url,
      counter: constantCounter(1),
      scheduler: clock,
      store,
      retry: { initialDelay: HOUR, maxDelay: HOUR },
      random: () => 0.5,
    });
    const nameOf = (token: Token | StateToken): string => (token.type === 'state' ? token.state : token.type);
    const asked = told(groq.chat({ messages }, { lifecycle: true }).pipe(takeWhile((token) => nameOf(token) !== last)));
    await asked.ended;
    await clock.idle();
    expect([asked.ends, clock.pending, store.open.size]).toEqual([[['complete']], 0, 0]);
    expect(store.settled.map(([, { type }]) => type)).toEqual(outcomes);
    await groq.close();
    for (const { closed } of server.connections.all) await closed;
    expect(server.requests.length).toBe(sent);
  });
});

/** The next uncaught exception, in place of the usual handlers. */
const uncaught = (): Promise<unknown> =>
  new Promise((resolve) => {
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => {
      for (const other of others) process.on('uncaughtException', other);
      resolve(error);
    });
  });

describe('a signal', () => {
  const serve = rawServers();

  it('should have one listener for all requests that share it, until the last one has ended', async () => {
    const server = await serve();
    const groq = createGroq({ apiKey: 'gsk_x', baseURL: server.url, limits: false, counter: constantCounter(1) });
    const { signal } = new AbortController();
    const answers = Array.from({ length: 100 }, () => told(groq.complete({ messages }, { signal })));
    const requests = await Promise.all(answers.map((_, i) => server.requests.at(i)));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const { subscription } of answers.slice(50)) subscription.unsubscribe();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const { connection } of requests) connection.socket.write(json(200, completion('Hello')));
    await Promise.all(answers.slice(0, 50).map(({ ended }) => ended));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await groq.close();
  });

  it('should cancel all requests that share it', async () => {
    const server = await serve();
    const groq = createGroq({ apiKey: 'gsk_x', baseURL: server.url, limits: false, counter: constantCounter(1) });
    const controller = new AbortController();
    const answers = Array.from({ length: 50 }, () => told(groq.complete({ messages }, { signal: controller.signal })));
    await server.requests.at(49);
    controller.abort();
    for (const { ends } of answers) expect(ends).toEqual([['error', expect.toSatisfy(isCancelledError)]]);
    for (const { closed } of server.connections.all) await closed;
    expect([server.open, getEventListeners(controller.signal, 'abort').length]).toEqual([0, 0]);
    await groq.close();
  });

  it('should cancel the other requests when the finalizer of one throws', async () => {
    const groq = createGroq({ transport: fakeTransport({}), counter: { count: () => NEVER } });
    const controller = new AbortController();
    const { signal } = controller;
    const broken = new Error('broken');
    const failing = finalize<Token>(() => {
      throw broken;
    });
    const answers = [failing, finalize<Token>(() => undefined)].map((last) =>
      told(groq.ask('Hi', { signal }).pipe(last)),
    );
    const thrown = uncaught();
    controller.abort();
    for (const { ends } of answers) expect(ends).toEqual([['error', expect.toSatisfy(isCancelledError)]]);
    expect(await thrown).toMatchObject({ errors: [broken] });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('should cancel an answer while it is being emitted, with the partial answer', async () => {
    const call = { index: 0, id: '1', type: 'function' as const, function: { name: 'f', arguments: '{}' } };
    const answer = [wire.sent, wire.head(), wire.delta({ tool_calls: [call] }), wire.finish('tool_calls', {})];
    const transport = fakeTransport(() => concat(answer, NEVER));
    const groq = createGroq({ transport, limits: false, counter: constantCounter(1) });
    const controller = new AbortController();
    const got: string[] = [];
    const abort = tap<Token>(({ type }) => {
      got.push(type);
      controller.abort();
    });
    const error = await told(groq.chat({ messages }, { signal: controller.signal }).pipe(abort)).error;
    expect([got, isCancelledError(error) && error.partial]).toMatchObject([
      ['tool-call'],
      { toolCalls: [{ id: '1' }] },
    ]);
    await groq.close();
  });

  it('should send nothing when it is already aborted', async () => {
    const server = await serve();
    const groq = createGroq({ apiKey: 'gsk_x', baseURL: server.url, limits: false, counter: constantCounter(1) });
    const signal = AbortSignal.abort('too late');
    for (const answer of [
      told(groq.chat({ messages }, { signal })),
      told(groq.chat({ messages }, { signal, lifecycle: true })),
      told(groq.complete({ messages }, { signal })),
    ]) {
      const error = await answer.error;
      expect(isCancelledError(error) && error.cause).toBe('too late');
      expect(answer.values.length).toBe(0);
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await groq.close();
    expect(server.connections.length).toBe(0);
  });
});

describe('a program', () => {
  const serve = rawServers();

  it('should exit by itself after unsubscribing from its requests in any state', async ({ onTestFinished }) => {
    const server = await serve({
      answer: (request) => {
        const stage = request.path.split('/')[1];
        if (stage === 'streaming') stages['it streams']?.answer?.(request);
        if (stage === 'retrying') stages['it pauses before a retry']?.answer?.(request);
        if (stage === 'limited') stages['it is back in its place after a 429']?.answer?.(request);
      },
    });
    const child = new Child(new URL('leaving.ts', import.meta.url), [server.url]);
    onTestFinished(() => void child.process.kill());
    const { code, stdout, stderr } = await child.ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual(
      ['queued', 'connecting', 'awaiting', 'streaming', 'retrying', 'limited', ''].map((stage) =>
        stage === '' ? '' : `left ${stage}`,
      ),
    );
    for (const { closed } of server.connections.all) await closed;
  });
});
