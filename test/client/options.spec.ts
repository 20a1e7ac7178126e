import { defer, NEVER, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { unlimitedStore } from '../../src/adapters/unlimitedStore.ts';
import type { CallOptions, ChatOptions } from '../../src/client/CallOptions.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Groq } from '../../src/client/Groq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import { isValidationError } from '../../src/errors/guards.ts';
import type { Limits } from '../../src/model/Limits.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { wire } from '../../src/testing/wire.ts';
import { thrownBy } from '../util/thrownBy.ts';
import { told } from '../util/told.ts';

const messages = [{ role: 'user' as const, content: 'Hi' }];

/** A function in place of an object, or as a method. */
const func = (): void => undefined;

/** The fields of a validation error, without its advice. */
const gist = (error: unknown): unknown => (isValidationError(error) ? [error.path, error.expected, error.got] : error);

describe('createGroq', () => {
  it.each<[string, unknown, string, string, string]>([
    ['no object', null, '', 'an object', 'null'],
    ['a key alone', 'gsk_secret', '', 'an object', 'a string of 10 characters'],
    [
      'an option that there is not',
      { apiKeys: 'gsk_secret' },
      'apiKeys',
      'absent (not a known property)',
      'a string of 10 characters',
    ],
    [
      'another spelling',
      { baseUrl: 'https://x.test' },
      'baseUrl',
      'absent (not a known property)',
      'a string of 14 characters',
    ],
    ['a key that is no text', { apiKey: 5 }, 'apiKey', 'a string or a function', '5'],
    ['an empty key', { apiKey: '' }, 'apiKey', 'a key', 'nothing'],
    ['a blank key', { apiKey: ' ' }, 'apiKey', 'printable ASCII characters without blanks', 'an empty string'],
    [
      'a key with a line break',
      { apiKey: 'gsk_secret\nx' },
      'apiKey',
      'printable ASCII characters without blanks',
      'other characters',
    ],
    ['a base URL that is no text', { baseURL: new URL('https://x.test') }, 'baseURL', 'a string', 'an instance of URL'],
    [
      'a base URL that is none',
      { baseURL: 'api.groq.com' },
      'baseURL',
      'a URL that starts with https:// (or http:// on this machine)',
      "'api.groq.com'",
    ],
    [
      'a base URL in the clear',
      { baseURL: 'http://x.test' },
      'baseURL',
      'an https URL, since the key is sent to it',
      'an http URL to x.test',
    ],
    ['an unknown tier', { tier: 'gold' }, 'tier', 'one of "free", "developer"', '"gold"'],
    ['limits that are true', { limits: true }, 'limits', 'false or an object', 'true'],
    ['limits without a model', { limits: { rpm: 30 } }, 'limits.rpm', 'an object (limits are set by model id)', '30'],
    ['an unknown limit', { limits: { m: { rps: 1 } } }, 'limits.m.rps', 'absent (not a known property)', '1'],
    ['a limit below zero', { limits: { m: { rpm: -1 } } }, 'limits.m.rpm', 'a number of at least 0', '-1'],
    [
      'a limit that is no number',
      { limits: { m: { tpm: '8K' } } },
      'limits.m.tpm',
      'a number',
      'a string of 2 characters',
    ],
    ['a limit that is NaN', { limits: { m: { tpm: Number.NaN } } }, 'limits.m.tpm', 'a number', 'NaN'],
    ['defaults that are wrong', { defaults: { temperature: 3 } }, 'defaults.temperature', 'a number of at most 2', '3'],
    [
      'a default model that is none',
      { defaults: { model: '' } },
      'defaults.model',
      'a string of at least 1 character',
      'a string of 0 characters',
    ],
    ['a retry that is a number', { retry: 3 }, 'retry', 'an object', '3'],
    ['half a retry', { retry: { count: 0.5 } }, 'retry.count', 'a whole number of at least 0, or Infinity', '0.5'],
    [
      'fewer than no retries',
      { retry: { count: -1 } },
      'retry.count',
      'a whole number of at least 0, or Infinity',
      '-1',
    ],
    ['a pause below zero', { retry: { initialDelay: -1 } }, 'retry.initialDelay', 'a number of at least 0', '-1'],
    ['an unknown part of retry', { retry: { max: 1 } }, 'retry.max', 'absent (not a known property)', '1'],
    [
      'sampling that is a word',
      { retry: { sampling: 'yes' } },
      'retry.sampling',
      'true or false',
      'a string of 3 characters',
    ],
    ['a timeout that is a number', { timeouts: 30 }, 'timeouts', 'an object', '30'],
    ['no time at all', { timeouts: { queue: 0 } }, 'timeouts.queue', 'a number of at least 1, or Infinity', '0'],
    [
      'a timeout that is NaN',
      { timeouts: { total: Number.NaN } },
      'timeouts.total',
      'a number of at least 1, or Infinity',
      'NaN',
    ],
    [
      'a request for all',
      { defaults: { messages } },
      'defaults.messages',
      'absent, since every request has its own',
      'an array of 1',
    ],
    ['an unknown timeout', { timeouts: { read: 1 } }, 'timeouts.read', 'absent (not a known property)', '1'],
    ['nothing in flight', { maxInFlight: 0 }, 'maxInFlight', 'a number of at least 1', '0'],
    ['half a request in flight', { maxInFlight: 1.5 }, 'maxInFlight', 'a whole number', '1.5'],
    ['nobody who may wait', { maxQueued: 0 }, 'maxQueued', 'a number of at least 1', '0'],
    ['an unknown overflow', { overflow: 'oldest' }, 'overflow', 'one of "newest", "last"', '"oldest"'],
    ['a pacing that is a number', { pacing: 0.5 }, 'pacing', 'true or false or an object', '0.5'],
    ['a pacing of more than all', { pacing: { low: 2 } }, 'pacing.low', 'a number of at most 1', '2'],
    ['a quantile alone', { fitOutput: 0.9 }, 'fitOutput', 'true or false or an object', '0.9'],
    [
      'a quantile of more than all',
      { fitOutput: { quantile: 95 } },
      'fitOutput.quantile',
      'a number of at most 1',
      '95',
    ],
    ['a budget that is a number', { budget: 5 }, 'budget', 'an object', '5'],
    ['a budget in euros', { budget: { eur: 5 } }, 'budget.eur', 'absent (not a known property)', '5'],
    ['a budget below zero', { budget: { usd: -1 } }, 'budget.usd', 'a number of at least 0', '-1'],
    ['a budget of a tenant that is a number', { budget: { tenants: { a: 1 } } }, 'budget.tenants.a', 'an object', '1'],
    ['a price below zero', { prices: { m: { input: -1 } } }, 'prices.m.input', 'a number of at least 0', '-1'],
    ['an unknown priority', { slack: { urgent: 0 } }, 'slack.urgent', 'absent (not a known property)', '0'],
    ['a slack below zero', { slack: { low: -1 } }, 'slack.low', 'a number of at least 0', '-1'],
    [
      'allowRetired that is a word',
      { allowRetired: 'no' },
      'allowRetired',
      'true or false',
      'a string of 2 characters',
    ],
    ['a transport that cannot send', { transport: {} }, 'transport', 'a transport with send()', 'an object'],
    ['a transport that is null', { transport: null }, 'transport', 'a transport with send()', 'null'],
    [
      'a store that lacks something',
      { store: { reserve: func } },
      'store',
      'a limit store with reserve(), settle(), changes(), levels()',
      'an object',
    ],
    ['a counter that cannot count', { counter: func }, 'counter', 'a token counter with count()', 'a function'],
    [
      'a scheduler without a clock',
      { scheduler: { schedule: func } },
      'scheduler',
      'a scheduler with now(), schedule()',
      'an object',
    ],
    ['chance that is a number', { random: 0.5 }, 'random', 'a function', '0.5'],
  ])('should refuse %s', (_, given, path, expected, got) => {
    const withKey = typeof given === 'object' && given !== null ? { apiKey: 'gsk_x', ...given } : given;
    const error = thrownBy(() => createGroq(withKey as GroqOptions));
    expect(gist(error)).toEqual([path, expected, got]);
    expect(String(error)).toMatch(/^ValidationError: The options.* must be /);
    expect(String(error)).not.toContain('gsk_secret');
  });

  it('should name every invalid option', () => {
    const error = thrownBy(() => createGroq({ tier: 'x', retry: { count: -1 } } as unknown as GroqOptions));
    expect(isValidationError(error) && error.issues.map(({ path }) => path)).toEqual(['tier', 'retry.count']);
    expect(String(error)).toMatch(/\(and 1 more\)\. Correct the option; no client was created\.$/);
  });

  it('should accept every option, and undefined for each', async () => {
    const all: Required<GroqOptions> = {
      apiKey: () => 'gsk_x',
      baseURL: 'http://localhost:1',
      maxLineBytes: 1,
      maxResponseBytes: 1,
      http2: true,
      tier: 'developer',
      limits: { m: { rpm: 1, rpd: 2, tpm: 3, tpd: 4, itpm: 5, otpm: 6, ash: 7, asd: 8 } },
      defaults: { temperature: 0, ...{ brand_new: true } },
      retry: { count: 0, initialDelay: 0, maxDelay: 0, sampling: true },
      timeouts: { queue: 1, connect: 1, firstToken: 2, betweenTokens: 3, total: Infinity },
      maxInFlight: 1,
      maxQueued: 1,
      overflow: 'newest',
      slack: { high: 0, normal: 1, low: 2, background: 3 },
      pacing: { high: 0, normal: 0.1, low: 0.2, background: 1 },
      fitOutput: { quantile: 0.9 },
      budget: { usd: 0, tokens: 1, perTenant: { usd: 2 }, tenants: { a: { tokens: 3 } } },
      prices: { m: { input: 0.1, output: 0.2, cachedInput: 0.05 } },
      allowRetired: true,
      transport: fakeTransport(() => of(wire.sent)),
      store: {
        reserve: () => ({ type: 'granted' }),
        settle: () => undefined,
        learn: () => undefined,
        changes: () => [],
        levels: () => [],
      },
      counter: constantCounter(1),
      scheduler: { now: () => 0, schedule: () => told(of()).subscription },
      random: () => 0,
    };
    await createGroq(all).close();
    const none = Object.fromEntries(Object.keys(all).map((option) => [option, undefined]));
    await createGroq({ ...none, apiKey: 'gsk_x' }).close();
  });
});

describe('a call', () => {
  const transport = fakeTransport(() => of(wire.sent, wire.head(), wire.text('a'), wire.finish(), wire.done));
  const groq = createGroq({ transport, limits: false, counter: constantCounter(1) });

  const calls: [string, (options: CallOptions) => Promise<unknown>][] = [
    ['chat', (options) => told(groq.chat({ messages }, options)).error],
    ['complete', (options) => told(groq.complete({ messages }, options)).error],
    ['ask', (options) => told(groq.ask('Hi', options)).error],
    ['chunks', (options) => told(groq.chunks({ messages }, options)).error],
    ['answers', (options) => Promise.resolve(thrownBy(() => groq.answers(() => ({ messages }), options)))],
  ];

  const wrong: [unknown, string, string, string][] = [
    [{ priority: 'urgent' }, 'priority', 'one of "high", "normal", "low", "background"', '"urgent"'],
    [{ prioritiy: 'high' }, 'prioritiy', 'absent (not a known property)', 'a string of 4 characters'],
    [{ tenant: 5 }, 'tenant', 'a string', '5'],
    [{ tag: 5 }, 'tag', 'a string', '5'],
    [{ slack: -1 }, 'slack', 'a number of at least 0', '-1'],
    [{ place$: 'high' }, 'place$', 'an Observable with subscribe()', 'a string of 4 characters'],
    [{ signal: {} }, 'signal', 'an AbortSignal with addEventListener(), removeEventListener()', 'an object'],
    [{ signal: 5 }, 'signal', 'an AbortSignal with addEventListener(), removeEventListener()', '5'],
    [
      { timeouts: { total: '1s' } },
      'timeouts.total',
      'a number of at least 1, or Infinity',
      'a string of 2 characters',
    ],
    [{ timeouts: { firstToken: 0 } }, 'timeouts.firstToken', 'a number of at least 1, or Infinity', '0'],
    [{ timeouts: { idle: 1 } }, 'timeouts.idle', 'absent (not a known property)', '1'],
    [{ retry: { count: null } }, 'retry.count', 'a whole number of at least 0, or Infinity', 'null'],
  ];

  it.each(calls.flatMap(([name, call]) => wrong.map((rest) => [name, rest[0], call, rest] as const)))(
    '%s should refuse %j, and send nothing',
    async (_name, _given, call, [given, path, expected, got]) => {
      const error = await call(given as CallOptions);
      expect(gist(error)).toEqual([path, expected, got]);
      expect(String(error)).toMatch(
        /^ValidationError: The options of the call: .* Correct the option; the request was not sent\.$/,
      );
      expect(transport.requests).toEqual([]);
    },
  );

  it('answers should refuse a request in place of a function', () => {
    const project = { messages } as unknown as Parameters<Groq['answers']>[0];
    expect(String(thrownBy(() => groq.answers(project)))).toBe(
      'ValidationError: The first argument of answers must be a function, got an object. ' +
        'Pass a function that returns the request for an input.',
    );
  });

  const noOptions: [string, unknown, RegExp][] = [
    ['null', null, /^The options of the call must be an object, got null\. /],
    ['a number', 5, /^The options of the call must be an object, got 5\. /],
    ['a signal alone', new AbortController().signal, /^The options of the call: `\w+` must be absent /],
  ];

  it.each(calls.flatMap(([name, call]) => noOptions.map((rest) => [name, rest[0], call, rest] as const)))(
    '%s should refuse %s in place of options',
    async (_name, _given, call, [, given, message]) => {
      expect(await call(given as CallOptions)).toMatchObject({
        name: 'ValidationError',
        message: expect.stringMatching(message) as string,
      });
    },
  );

  it('should refuse null in place of options also when the answer is iterated', async () => {
    const iterate = async (): Promise<void> => {
      for await (const token of groq.chat({ messages }, null as unknown as ChatOptions)) expect.fail(token.type);
    };
    await expect(iterate()).rejects.toThrow('The options of the call must be an object, got null.');
  });

  it.each([
    [{ ordered: 1 }, 'ordered', 'true or false', '1'],
    [{ onError: 'ignore' }, 'onError', 'one of "emit", "throw"', '"ignore"'],
    [{ each: { priority: 'high' } }, 'each', 'a function', 'an object'],
    [{ concurrency: 0 }, 'concurrency', 'a whole number of at least 1, or Infinity', '0'],
    [{ concurrency: 1.5 }, 'concurrency', 'a whole number of at least 1, or Infinity', '1.5'],
    [{ concurrency: Number.NaN }, 'concurrency', 'a whole number of at least 1, or Infinity', 'NaN'],
  ])('answers should refuse %j', (given, path, expected, got) => {
    const options = given as unknown as Parameters<Groq['answers']>[1];
    expect(gist(thrownBy(() => groq.answers(() => ({ messages }), options)))).toEqual([path, expected, got]);
  });

  const absent = 'absent (not a known property)';
  const only: [unknown, string, string, string, readonly string[]][] = [
    [{ lifecycle: true }, 'lifecycle', absent, 'true', ['complete', 'chunks', 'answers']],
    [{ lifecycle: 'yes' }, 'lifecycle', 'true or false', 'a string of 3 characters', ['chat']],
    [{ lifecycle: true }, 'lifecycle', 'false', 'true', ['ask']],
    [{ ordered: true }, 'ordered', absent, 'true', ['chat', 'complete', 'ask', 'chunks']],
    [{ buffer: 5 }, 'buffer', absent, '5', ['complete', 'answers']],
    [{ backpressure: 'error' }, 'backpressure', absent, 'a string of 5 characters', ['complete', 'answers']],
    [{ onError: 'throw' }, 'onError', absent, 'a string of 5 characters', ['chat', 'complete', 'ask', 'chunks']],
    [{ concurrency: 1 }, 'concurrency', absent, '1', ['chat', 'complete', 'ask', 'chunks']],
  ];

  it.each(
    only.flatMap(([given, path, expected, got, names]) =>
      calls
        .filter(([name]) => names.includes(name))
        .map(([name, call]) => [name, given, call, [path, expected, got]] as const),
    ),
  )('%s should refuse %j, an option of other methods', async (_name, given, call, gistExpected) => {
    expect(gist(await call(given as CallOptions))).toEqual(gistExpected);
    expect(transport.requests).toEqual([]);
  });

  it('should refuse options of other methods also in a loop', async () => {
    const given = { ordered: true } as CallOptions;
    for (const answer of [groq.chat({ messages }, given), groq.ask('Hi', given), groq.chunks({ messages }, given)]) {
      const error: unknown = await answer[Symbol.asyncIterator]()
        .next()
        .catch((reason: unknown) => reason);
      expect(gist(error)).toEqual(['ordered', absent, 'true']);
    }
    expect(transport.requests).toEqual([]);
  });

  it.each<[keyof ChatOptions, unknown, string]>([
    ['priority', 'high', 'a string of 4 characters'],
    ['tenant', 'a', 'a string of 1 character'],
    ['tag', 'a', 'a string of 1 character'],
    ['slack', 1, '1'],
    ['place$', NEVER, 'an instance of Observable'],
    ['signal', new AbortController().signal, 'an instance of AbortSignal'],
    ['fitOutput', true, 'true'],
    ['timeouts', {}, 'an object'],
    ['retry', {}, 'an object'],
    ['paused$', NEVER, 'an instance of Observable'],
    ['backpressure', 'pause', 'a string of 5 characters'],
    ['buffer', 1, '1'],
    ['lifecycle', true, 'true'],
  ])('should refuse %s within a request, and send nothing', async (name, value, got) => {
    const error = await told(groq.complete({ messages, ...({ [name]: value } as object) })).error;
    expect(gist(error)).toEqual([name, 'absent: it is an option of the call, which is passed after the request', got]);
    expect(transport.requests).toEqual([]);
    expect(() => createGroq({ apiKey: 'k', defaults: { [name]: value } })).toThrow(
      `\`defaults.${name}\` must be absent`,
    );
  });

  it('should refuse an invalid request, and send nothing', async () => {
    const bad = [{ role: 'user', content: 'Hi', id: '1' }] as unknown as typeof messages;
    for (const answer of [
      groq.chat({ messages: bad }),
      groq.complete({ messages: bad }),
      groq.chunks({ messages: bad }),
    ]) {
      expect(gist(await told(answer as typeof answer & ReturnType<Groq['chat']>).error)).toEqual([
        'messages[0].id',
        'absent (not a known property)',
        'a string of 1 character',
      ]);
    }
    const nothing = undefined as unknown as { messages: typeof messages };
    const { signal } = new AbortController();
    const iterated = defer(() => groq.chat(nothing)[Symbol.asyncIterator]().next());
    const errors = [groq.chat(nothing), groq.chat(nothing, { signal }), iterated].map(
      (all) => told<unknown>(all).error,
    );
    expect((await Promise.all(errors)).map(gist)).toEqual(Array(3).fill(['messages', 'an array', 'nothing']));
    expect(transport.requests).toEqual([]);
  });
});

describe('setLimits', () => {
  const transport = fakeTransport({});

  it.each<[unknown, string, string, string]>([
    [{ tpm: -1 }, 'tpm', 'a number of at least 0', '-1'],
    [{ tpx: 1 }, 'tpx', 'absent (not a known property)', '1'],
    [undefined, '', 'an object', 'nothing'],
  ])('should refuse %j, and change nothing', (limits, path, expected, got) => {
    const groq = createGroq({ transport, counter: constantCounter(1) });
    const error = thrownBy(() => {
      groq.setLimits('m', limits as Limits);
    });
    expect(gist(error)).toEqual([path, expected, got]);
    expect(String(error)).toMatch(/^ValidationError: The limits\b.* Correct the limits; nothing was changed\.$/);
  });

  it.each([unlimitedStore(), Object.assign(unlimitedStore(), { setLimits: true })])(
    'should require a store with setLimits()',
    (store) => {
      const groq = createGroq({ transport, counter: constantCounter(1), store });
      const error = thrownBy(() => {
        groq.setLimits('m', { tpm: 1 });
      });
      expect(gist(error)).toEqual(['store', 'a store with a method setLimits()', 'a store without it']);
    },
  );

  it('should name `limits` when the client keeps none', () => {
    const groq = createGroq({ transport, counter: constantCounter(1), limits: false });
    const error = thrownBy(() => {
      groq.setLimits('m', { tpm: 1 });
    });
    expect(gist(error)).toEqual(['limits', 'limits by model, or absent', 'false']);
    expect(String(error)).toMatch(/Create the client without `limits: false`, which keeps none\.$/);
  });
});
