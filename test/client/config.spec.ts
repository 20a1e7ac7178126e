import { EMPTY, firstValueFrom, from } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { unlimitedStore } from '../../src/adapters/unlimitedStore.ts';
import { resolveConfig } from '../../src/client/config.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Groq } from '../../src/client/Groq.ts';
import { loadConfig } from '../../src/client/loadConfig.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import { isValidationError } from '../../src/errors/guards.ts';
import type { BucketLevel } from '../../src/model/Limits.ts';
import { completion, json } from '../util/http.ts';
import { rawServers } from '../util/rawServer.ts';
import { temporaryFolders } from '../util/temporaryFolders.ts';
import { told } from '../util/told.ts';

const messages = [{ role: 'user' as const, content: 'Hi' }];

describe('the configuration of a client', () => {
  const serve = rawServers();
  const folder = temporaryFolders();
  const made: Groq[] = [];

  afterEach(async () => {
    vi.unstubAllEnvs();
    await Promise.all(made.splice(0).map((groq) => groq.close()));
  });

  const make = (options: GroqOptions = {}): Groq => {
    const groq = createGroq({ counter: constantCounter(1), ...options });
    made.push(groq);
    return groq;
  };

  /** A server, and a function that makes one request and returns what the server received. */
  const one = async () => {
    const server = await serve({ answer: ({ connection }) => connection.socket.write(json(200, completion('Hello'))) });
    const request = async (groq: Groq, ...call: Parameters<Groq['complete']>) => {
      const answer = told(groq.complete(...call));
      expect(await answer.error).toBe(undefined);
      const { path, head, body } = await server.requests.at(server.requests.length - 1);
      return { path, key: /^authorization: Bearer (.*)$/m.exec(head)?.[1], body: JSON.parse(body) as unknown };
    };
    return { server, request };
  };

  it('should use the environment for options that are missing', async () => {
    const { server, request } = await one();
    vi.stubEnv('GROQ_API_KEY', 'gsk_environment');
    vi.stubEnv('GROQ_BASE_URL', server.url);
    expect(await request(make(), { messages })).toEqual({
      path: '/openai/v1/chat/completions',
      key: 'gsk_environment',
      // Only fields that were set are sent, and the default model.
      body: { model: 'openai/gpt-oss-20b', messages },
    });
  });

  it('should prefer options to the file, and the file to the environment', async () => {
    const { server, request } = await one();
    vi.stubEnv('GROQ_API_KEY', 'gsk_environment');
    vi.stubEnv('GROQ_BASE_URL', 'https://environment.test');
    vi.stubEnv('KEY_OF_THE_FILE', 'gsk_file');
    const path = folder.write('groq.json', {
      apiKeyVariable: 'KEY_OF_THE_FILE',
      baseURL: `${server.url}/file`,
      defaults: { temperature: 0.5, seed: 1 },
    });
    const file = loadConfig(path);
    expect(await request(make(file), { messages })).toEqual({
      path: '/file/chat/completions',
      key: 'gsk_file',
      body: { model: 'openai/gpt-oss-20b', messages, temperature: 0.5, seed: 1 },
    });
    const options = { apiKey: 'gsk_options', baseURL: `${server.url}/options` };
    expect(await request(make({ ...file, ...options }), { messages, seed: 2 })).toEqual({
      path: '/options/chat/completions',
      key: 'gsk_options',
      body: { model: 'openai/gpt-oss-20b', messages, temperature: 0.5, seed: 2 },
    });
  });

  it('should merge defaults with each request, and send unknown fields unchanged', async () => {
    const { server, request } = await one();
    const defaults = { model: 'my/model', temperature: 0, stop: ['.'], brand_new: { a: 1 } };
    const groq = make({ apiKey: 'gsk_x', baseURL: server.url, defaults });
    expect((await request(groq, { messages, temperature: 1, ...{ other_new: [2] } })).body).toEqual({
      ...defaults,
      messages,
      temperature: 1,
      other_new: [2],
    });
    expect((await request(groq, { messages, model: 'other/model' })).body).toEqual({
      ...defaults,
      messages,
      model: 'other/model',
    });
    expect(defaults).toEqual({ model: 'my/model', temperature: 0, stop: ['.'], brand_new: { a: 1 } });
  });

  it('should not change when the options object is modified', async () => {
    const { server, request } = await one();
    const options = { apiKey: 'gsk_x', baseURL: server.url, defaults: { temperature: 0 } };
    const groq = make(options);
    options.defaults.temperature = 1;
    options.defaults = { temperature: 2 };
    expect((await request(groq, { messages })).body).toMatchObject({ temperature: 0 });
  });

  it('should call a key function whenever a request is sent', async () => {
    const { server, request } = await one();
    const keys = ['gsk_1', 'gsk_2'];
    const groq = make({ apiKey: () => keys.shift() ?? '', baseURL: server.url });
    expect((await request(groq, { messages })).key).toBe('gsk_1');
    expect((await request(groq, { messages })).key).toBe('gsk_2');
    const error = await told(groq.complete({ messages })).error;
    expect(isValidationError(error) && error.path).toBe('apiKey');
    expect(server.requests.length).toBe(2);
  });

  it.each([undefined, ''])('should explain how to provide a key when it is %j', (key) => {
    vi.stubEnv('GROQ_API_KEY', key);
    expect(() => createGroq()).toThrow(
      'The options: `apiKey` must be a key, got nothing. Set GROQ_API_KEY or `apiKey` to a key from https://console.groq.com/keys, or test without one against rxgroq/simulator.',
    );
  });

  it('should validate environment variables, unless an option replaces them', () => {
    vi.stubEnv('GROQ_API_KEY', 'gsk_secret with blanks');
    expect(() => createGroq()).toThrow(
      /^The environment: `GROQ_API_KEY` must be printable ASCII characters without blanks, got other characters/,
    );
    vi.stubEnv('GROQ_API_KEY', 'gsk_x');
    vi.stubEnv('GROQ_BASE_URL', 'http://groq.test');
    expect(() => createGroq()).toThrow(
      /^The environment: `GROQ_BASE_URL` must be an https URL, since the key is sent to it, got an http URL/,
    );
    vi.stubEnv('GROQ_BASE_URL', 'nonsense');
    expect(() => createGroq()).toThrow(/^The environment: `GROQ_BASE_URL` must be a URL that starts with https:\/\//);
    // An error about an option does not name the environment.
    expect(() => createGroq({ baseURL: 'nonsense' })).toThrow(
      /^The options: `baseURL` must be a URL that starts with https:\/\//,
    );
    // As in a .env file that was not filled in.
    vi.stubEnv('GROQ_BASE_URL', '');
    expect(() => make()).not.toThrow();
  });
});

describe('the resolved configuration', () => {
  const transport = { send: () => EMPTY };

  it.each<[string, GroqOptions, boolean]>([
    ['where limits are kept', {}, true],
    ['where there is a budget', { limits: false, budget: { tokens: 1 } }, true],
    ['where there is a store', { limits: false, store: unlimitedStore() }, true],
    ['not where nothing is held to a count', { limits: false }, false],
  ])('should count with the tables of a vocabulary %s', (_, options, expected) => {
    expect('load' in resolveConfig({ transport, ...options }).counter).toBe(expected);
  });

  it.each<[string, () => Promise<void>]>([
    ['later', () => Promise.reject(new Error('no tables'))],
    [
      'at once',
      () => {
        throw new Error('no tables');
      },
    ],
  ])('should load the tables of a counter ahead, and ignore a failure %s until the first request', async (_, fail) => {
    const load = vi.fn(fail);
    createGroq({ transport, counter: { ...constantCounter(1), load } });
    await new Promise(setImmediate);
    expect(load).toHaveBeenCalledOnce();
  });

  it('should end a wait after a day, and an answer after two minutes, unless told otherwise', () => {
    const { timeouts } = resolveConfig({ transport, counter: constantCounter(1) });
    expect(timeouts).toEqual({ queue: 86_400_000, connect: 10_000, betweenTokens: 60_000, total: 120_000 });
  });

  it('should not change with the objects that it was made from', async () => {
    const options = {
      limits: { m: { rpm: 60 } },
      slack: { low: 1_000 },
      budget: { perTenant: { tokens: 100 }, tenants: { acme: { usd: 5 } } },
      prices: { m: { input: 1 } },
      fitOutput: { quantile: 0.5 },
    };
    const config = resolveConfig({ transport, counter: constantCounter(1), ...options });
    options.limits.m.rpm = 1;
    options.slack.low = 2;
    options.budget.perTenant.tokens = 3;
    options.budget.tenants.acme.usd = 4;
    options.prices.m.input = 5;
    options.fitOutput.quantile = 0.6;
    expect(config).toMatchObject({
      slack: { low: 1_000 },
      budget: { perTenant: { tokens: 100 }, tenants: { acme: { usd: 5 } } },
      fitOutput: { quantile: 0.5 },
    });
    expect(config.priceOf('m')).toEqual({ input: 1 });
    expect(await firstValueFrom(from(config.store.levels('m')))).toMatchObject([{ dimension: 'rpm', limit: 60 }]);
    expect([Object.isFrozen(config), Object.isFrozen(config.defaults)]).toEqual([true, true]);
  });

  it('should leave unused what flows into a bucket within 300 ms', async () => {
    const { store } = resolveConfig({ transport, counter: constantCounter(1), limits: { m: { rpm: 60_000 } } });
    expect(await firstValueFrom(from(store.levels('m')))).toMatchObject([{ dimension: 'rpm', held: 300 }]);
  });

  it.each<[GroqOptions['pacing'], BucketLevel['kept']]>([
    [undefined, undefined],
    [false, undefined],
    [true, { high: 0, normal: 100, low: 250, background: 500 }],
    [{ low: 0.5 }, { high: 0, normal: 100, low: 500, background: 500 }],
  ])('should leave a part of the day to more urgent requests only when configured: %j', async (pacing, kept) => {
    const { store } = resolveConfig({ transport, counter: constantCounter(1), limits: { m: { rpd: 1_000 } }, pacing });
    const [level] = await firstValueFrom(from(store.levels('m')));
    expect(level).toMatchObject({ dimension: 'rpd', limit: 1_000 });
    expect(level?.kept).toEqual(kept);
  });
});
