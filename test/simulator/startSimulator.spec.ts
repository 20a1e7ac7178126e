import { execFile } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { asyncScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { isValidationError } from '../../src/errors/guards.ts';
import { MODELS } from '../../src/model/Models.ts';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts';
import { ask, body, json, MODEL, open, readSome } from './ask.ts';
import { simulators } from './simulators.ts';

describe('startSimulator', () => {
  const start = simulators();

  it('should listen on the loopback interface, under the path of the API', async () => {
    const { url } = await start();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/openai\/v1$/);
  });

  it('should list the models of the catalogue, without limits in the headers', async () => {
    const { url } = await start();
    const reply = await ask(url, { method: 'GET', path: '/models' });
    expect(reply.status).toBe(200);
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
    const list = json(reply) as { object: string; data: { id: string }[] };
    expect(list.object).toBe('list');
    expect(list.data.find(({ id }) => id === 'openai/gpt-oss-120b')).toEqual({
      id: 'openai/gpt-oss-120b',
      object: 'model',
      created: 1_754_408_224,
      owned_by: 'OpenAI',
      active: true,
      context_window: 131_072,
      public_apps: null,
      max_completion_tokens: 65_536,
    });
    expect(list.data).toMatchObject(
      [...MODELS].map(([id, { contextWindow, maxCompletionTokens }]) => ({
        id,
        object: 'model',
        owned_by: expect.any(String) as string,
        context_window: contextWindow,
        max_completion_tokens: maxCompletionTokens,
      })),
    );
    // As recorded.
    for (const [id, fields] of [
      ['whisper-large-v3-turbo', { created: 1_728_413_088, owned_by: 'OpenAI' }],
      ['canopylabs/orpheus-arabic-saudi', { created: 1_765_926_439 }],
      ['qwen/qwen3.8-27b', { owned_by: 'Alibaba Cloud' }],
    ] as const) {
      expect(list.data.find((model) => model.id === id)).toMatchObject(fields);
    }
    expect(list.data.map(({ id }) => id)).not.toContain('llama-3.3-70b-versatile');
  });

  it('should return one model, with its slash plain or encoded', async () => {
    const { url } = await start();
    for (const path of [`/models/${MODEL}`, `/models/${encodeURIComponent(MODEL)}`]) {
      expect(json(await ask(url, { method: 'GET', path }))).toMatchObject({ id: MODEL, object: 'model' });
    }
    const missing = await ask(url, { method: 'GET', path: '/models/no/such%model' });
    expect(missing.status).toBe(404);
    expect(json(missing)).toMatchObject({
      error: { code: 'model_not_found', message: expect.stringContaining('`no/such%model`') as string },
    });
  });

  it('should serve a model that only `limits` names', async () => {
    const { url } = await start({ limits: { 'my/model': { tpm: 100 } } });
    const reply = await ask(url, { body: body({ model: 'my/model', max_completion_tokens: 5 }) });
    expect(reply.status).toBe(200);
    expect(reply.headers['x-ratelimit-limit-tokens']).toBe('100');
    expect(reply.headers['x-ratelimit-limit-requests']).toBeUndefined();
  });

  it('should give every answer a unique id', async () => {
    const { url } = await start();
    const replies = [await ask(url, { body: body() }), await ask(url, { path: '/nowhere' }), await ask(url)];
    const ids = replies.map(({ headers }) => headers['x-request-id']);
    for (const id of ids) expect(id).toMatch(/^req_01[0-9a-hjkmnp-tv-z]{24}$/);
    expect(new Set(ids).size).toBe(3);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost@evil.example', '[::1'])(
    'should refuse the host "%s" before anything else',
    async (host) => {
      const { url } = await start();
      for (const path of ['/chat/completions', '/models']) {
        const reply = await ask(url, { path, headers: { host, authorization: '' }, body: '{' });
        expect(reply.status).toBe(403);
      }
    },
  );

  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1:65535', '[::1]:80'])('should accept the host %s', async (host) => {
    const { url } = await start();
    expect((await ask(url, { headers: { host }, body: body() })).status).toBe(200);
  });

  it('should refuse foreign origins, and send no CORS headers', async () => {
    const { url } = await start();
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
      expect((await ask(url, { headers: { origin }, body: body() })).status).toBe(403);
    }
    const own = await ask(url, { headers: { origin: 'http://localhost:5173' }, body: body() });
    expect(own.status).toBe(200);
    expect(own.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('should accept any key but require one, or accept only the configured key', async () => {
    const open = await start();
    expect((await ask(open.url, { headers: { authorization: 'Bearer whatever' }, body: body() })).status).toBe(200);
    for (const authorization of ['', 'Bearer', 'Bearer ', 'Basic abc', 'gsk_test', 'Bearer a b']) {
      expect((await ask(open.url, { headers: { authorization }, body: body() })).status).toBe(401);
    }
    const locked = await start({ apiKey: 'gsk_right' });
    expect((await ask(locked.url, { headers: { authorization: 'Bearer gsk_right' }, body: body() })).status).toBe(200);
    const reply = await ask(locked.url, { method: 'GET', path: '/models' });
    expect(reply.status).toBe(401);
    expect(json(reply)).toEqual({
      error: { message: 'Invalid API Key', type: 'invalid_request_error', code: 'invalid_api_key' },
    });
  });

  it('should provide statistics', async () => {
    const simulator = await start({ reply: () => 'One two three', countPrompt: () => 40, countCached: () => 8 });
    await ask(simulator.url, { body: body() });
    simulator.clock.frame = 5_000;
    await ask(simulator.url, { body: body({ stream: true }) });
    await ask(simulator.url, { path: '/nowhere' });
    const { models, connections, ...stats } = simulator.stats();
    expect(stats).toEqual({
      now: 5_000,
      requests: 3,
      byStatus: { '200': 2, '404': 1 },
      rateLimited: {},
      faults: 0,
      tokens: { prompt: 80, cached: 16, completion: 6 },
      aborted: 0,
    });
    expect(connections.total).toBe(3);
    expect(models[MODEL]).toMatchObject({ admitted: 2, inFlight: 0, firstAdmission: 0, lastAdmission: 5_000 });
    expect(models[MODEL]?.levels.find(({ dimension }) => dimension === 'tpd')).toEqual({
      dimension: 'tpd',
      limit: 200_000,
      window: 86_400_000,
      // In 5 seconds, 11.6 tokens have flowed in.
      level: expect.closeTo(200_000 - 70 + (5 * 200_000) / 86_400, 6) as number,
      charged: 82,
      settled: 70,
    });
    expect(JSON.parse(JSON.stringify(simulator.stats()))).toEqual(simulator.stats());
  });

  it('should reject invalid options at once', async () => {
    const wrong: [unknown, string, string, string][] = [
      [{ speed: 0 }, 'speed', 'a number of more than 0', '0'],
      [{ speed: Number.NaN }, 'speed', 'a number', 'NaN'],
      [{ speed: Infinity }, 'speed', 'a finite number', 'Infinity'],
      [{ speed: '20' }, 'speed', 'a number', 'a string of 2 characters'],
      [{ tier: 'gold' }, 'tier', 'one of "free", "developer"', '"gold"'],
      [{ seed: 1.5 }, 'seed', 'a whole number', '1.5'],
      [{ firstToken: -1 }, 'firstToken', 'a number of at least 0', '-1'],
      [{ tokensPerSecond: 0 }, 'tokensPerSecond', 'a number of more than 0', '0'],
      [{ port: 65_536 }, 'port', 'a number of at most 65535', '65536'],
      [{ port: -1 }, 'port', 'a number of at least 0', '-1'],
      [{ reply: 'text' }, 'reply', 'a function', 'a string of 4 characters'],
      [{ countPrompt: 5 }, 'countPrompt', 'a function', '5'],
      [{ countCached: 5 }, 'countCached', 'a function', '5'],
      [{ faults: 5 }, 'faults', 'a function or an array', '5'],
      [{ faults: [null] }, 'faults[0]', 'an object', 'null'],
      [
        { faults: [undefined, { kind: 'meteor' }] },
        'faults[1].kind',
        'one of "status", "cut", "reset", "stall", "error"',
        '"meteor"',
      ],
      [{ faults: [{ kind: 'status', status: 418 }] }, 'faults[0].status', 'one of 429, 498, 500, 503', '418'],
      [{ faults: [{ kind: 'cut', after: -1 }] }, 'faults[0].after', 'a number of at least 0', '-1'],
      [{ faults: [{ kind: 'stall', after: 0.5 }] }, 'faults[0].after', 'a whole number', '0.5'],
      [{ faults: [{ kind: 'reset', clean: true }] }, 'faults[0].clean', 'absent (not a known property)', 'true'],
      [
        { faults: [{ kind: 'error', error: { message: 'x', status_code: 99 } }] },
        'faults[0].error.status_code',
        'a number of at least 400',
        '99',
      ],
      [{ limits: { [MODEL]: { tpm: 0 } } }, `limits["${MODEL}"].tpm`, 'a number of more than 0', '0'],
      [{ limits: { [MODEL]: { tps: 1 } } }, `limits["${MODEL}"].tps`, 'absent (not a known property)', '1'],
      [{ limits: { [MODEL]: 5 } }, `limits["${MODEL}"]`, 'an object (limits are set by model id)', '5'],
      [{ limits: true }, 'limits', 'false or an object', 'true'],
      [{ apiKey: '' }, 'apiKey', 'a string of at least 1 character', 'a string of 0 characters'],
      [{ retiredAs: 'gone' }, 'retiredAs', 'one of "model_not_found", "model_decommissioned"', '"gone"'],
      [{ chargeModel: 'min' }, 'chargeModel', 'one of "max", "post", "keep"', '"min"'],
      [{ limiter: 'leaky' }, 'limiter', 'one of "bucket", "fixed", "sliding"', '"leaky"'],
      [{ rounding: 2026 }, 'rounding', 'one of "2024", "2026"', '2026'],
      [{ scheduler: {} }, 'scheduler', 'a scheduler with now(), schedule()', 'an object'],
      [{ colour: 1 }, 'colour', 'absent (not a known property)', '1'],
      [null, '', 'an object', 'null'],
    ];
    for (const [options, ...rest] of wrong) {
      const error: unknown = await startSimulator(options as SimulatorOptions).catch((reason: unknown) => reason);
      expect(isValidationError(error) ? [error.path, error.expected, error.got] : error).toEqual(rest);
      expect(String(error)).toMatch(
        /^ValidationError: The options of startSimulator.* Correct the option; nothing was/,
      );
    }
  });

  it('should accept every option, and undefined for each', async () => {
    const all: Required<SimulatorOptions> = {
      tier: 'developer',
      limits: { [MODEL]: { rpm: 1, rpd: 2, tpm: 3, tpd: 4, itpm: 5, otpm: 6, ash: 7, asd: 8 } },
      speed: 0.5,
      seed: -1,
      reply: () => 'x',
      firstToken: 0,
      tokensPerSecond: Infinity,
      faults: [
        undefined,
        { kind: 'status', status: 429, retryAfter: 'soon', dimension: 'asd' },
        { kind: 'cut', after: 0, clean: true },
        { kind: 'reset', after: undefined },
        { kind: 'stall', after: 1, ms: 0 },
        {
          kind: 'error',
          after: 1,
          error: { message: '', type: 'a', code: 'b', failed_generation: '', status_code: 400 },
        },
      ],
      port: 0,
      apiKey: 'gsk_x',
      retiredAs: 'model_decommissioned',
      countPrompt: () => 1,
      countCached: () => 0,
      chargeModel: 'keep',
      limiter: 'sliding',
      rounding: '2024',
      scheduler: asyncScheduler,
    };
    await start(all);
    await start(Object.fromEntries(Object.keys(all).map((option) => [option, undefined])));
  });

  it('should report that the port is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const error: unknown = await startSimulator({ port }).catch((reason: unknown) => reason);
    taken.close();
    expect(isValidationError(error) && error.path).toBe('port');
    expect(String(error)).toContain('taken');
  });

  it('should end every connection and timer when closed, however often', async () => {
    const simulator = await startSimulator({ firstToken: 1e9, faults: [{ kind: 'stall' }] });
    const stalled = await open(simulator.url, { body: body({ stream: true }) });
    const waiting = await open(simulator.url, { body: body({ stream: true }) });
    const never = open(simulator.url, { body: body() }).catch((error: unknown) => error);
    while (simulator.stats().models[MODEL]?.inFlight !== 3) await new Promise(setImmediate);
    await Promise.all([simulator.close(), simulator.close()]);

    expect((await readSome(stalled.received)).error).toBe('ECONNRESET');
    expect((await readSome(waiting.received)).error).toBe('ECONNRESET');
    expect(await never).toMatchObject({ code: 'ECONNRESET' });
    expect(simulator.stats()).toMatchObject({ connections: { open: 0, total: 3 }, aborted: 3 });
    expect(simulator.stats().models[MODEL]?.inFlight).toBe(0);
    await expect(ask(simulator.url, { body: body() })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('should have counted how everything ended by the time it is closed', async () => {
    const simulator = await start({ faults: [{ kind: 'stall' }] });
    const { received } = await open(simulator.url, { body: body({ stream: true }) });
    expect(simulator.stats()).toMatchObject({ connections: { open: 1 }, aborted: 0 });
    await simulator.close();
    expect(simulator.stats()).toMatchObject({ connections: { open: 0 }, aborted: 1 });
    expect(simulator.stats().models[MODEL]?.inFlight).toBe(0);
    expect((await readSome(received)).error).toBe('ECONNRESET');
  });

  it('should never close a connection by itself, used or opened ahead', async () => {
    const servers: Server[] = [];
    const hear = (message: unknown): number => servers.push((message as { server: Server }).server);
    subscribe('http.server.request.start', hear);
    const { url } = await start();
    await ask(url, { method: 'GET', path: '/models' });
    unsubscribe('http.server.request.start', hear);
    const [{ keepAliveTimeout, headersTimeout, requestTimeout } = {}] = servers;
    expect({ keepAliveTimeout, headersTimeout, requestTimeout }).toEqual({
      keepAliveTimeout: 0,
      headersTimeout: 0,
      requestTimeout: 0,
    });
  });

  it('should not keep the process alive', async () => {
    const face = new URL('../../src/simulator/index.ts', import.meta.url).href;
    const script = `
      import { startSimulator } from '${face}';
      const simulator = await startSimulator({ firstToken: 3_600_000 });
      const answer = await fetch(simulator.url + '/chat/completions', {
        method: 'POST',
        headers: { authorization: 'Bearer x' },
        body: JSON.stringify({ model: '${MODEL}', messages: [{ role: 'user', content: 'x' }], stream: true }),
      });
      const body = answer.text().catch(() => 'cut');
      await simulator.close();
      console.log(answer.status, await body, process.getActiveResourcesInfo().filter((name) => name === 'Timeout'));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout.trim()).toBe('200 cut []');
  });
});
