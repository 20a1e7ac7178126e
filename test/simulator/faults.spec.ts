import { request } from 'node:http';
import { connect } from 'node:net';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../src/model/Dimension.ts';
import type { Fault, Simulator } from '../../src/simulator/index.ts';
import { ask, body, chunks, events, json, MODEL, open, readAll, readSome, spoken } from './ask.ts';
import { simulators } from './simulators.ts';

const WORDS = 'one two three four five';

const levelOf = (simulator: Simulator) =>
  simulator.stats().models[MODEL]?.levels.find(({ dimension }) => dimension === 'tpm')?.level;

describe('startSimulator, with faults', () => {
  const start = simulators();
  const faulty = (...faults: (Fault | undefined)[]) => start({ faults, reply: () => WORDS, countPrompt: () => 100 });
  const streamed = { body: body({ stream: true, max_completion_tokens: 50 }) };
  const whole = { body: body({ max_completion_tokens: 50 }) };

  it('should answer with a status, and charge nothing', async () => {
    const simulator = await faulty(
      { kind: 'status', status: 498 },
      { kind: 'status', status: 500, retryAfter: 2 },
      { kind: 'status', status: 503, retryAfter: 'abc' },
    );
    const replies = [
      await ask(simulator.url, whole),
      await ask(simulator.url, whole),
      await ask(simulator.url, streamed),
    ];
    expect(replies.map(({ status, headers }) => [status, headers['retry-after']])).toEqual([
      [498, undefined],
      [500, '2'],
      [503, 'abc'],
    ]);
    expect(replies.map(json)).toEqual([
      {
        error: {
          message: expect.stringContaining('`flex` tier capacity exceeded') as string,
          type: 'invalid_request_error',
          code: 'capacity_exceeded',
        },
      },
      { error: { message: 'Internal Server Error', type: 'internal_server_error' } },
      {
        error: {
          message: `${MODEL} is currently over capacity. Please try again and back off exponentially. Visit https://groqstatus.com to see if there is an active incident.`,
          type: 'internal_server_error',
        },
      },
    ]);
    expect(levelOf(simulator)).toBe(8_000);
    expect(simulator.stats()).toMatchObject({ faults: 3, byStatus: { '498': 1, '500': 1, '503': 1 } });
    expect((await ask(simulator.url, whole)).status).toBe(200);
  });

  it('should answer 429 also without limits, with a limit that the request fits', async () => {
    const simulator = await start({ limits: false, faults: [{ kind: 'status', status: 429 }], countPrompt: () => 100 });
    const answer = await ask(simulator.url, whole);
    expect(json(answer)).toMatchObject({
      error: {
        message: expect.stringContaining('(TPM): Limit 150, Used 3, Requested 150. Please try again in 1s.') as string,
      },
    });
  });

  it('should answer 429 like its limiter, and not count it as a real one', async () => {
    const simulator = await faulty(
      { kind: 'status', status: 429, retryAfter: 3 },
      { kind: 'status', status: 429, dimension: 'rpm' },
      { kind: 'status', status: 429, retryAfter: '1e400', dimension: 'tpd' },
      { kind: 'status', status: 429, retryAfter: 60, dimension: 'rpd' },
    );
    const tokens = await ask(simulator.url, whole);
    expect(tokens.status).toBe(429);
    expect(tokens.headers).toMatchObject({ 'retry-after': '3', 'x-ratelimit-remaining-tokens': '0' });
    expect(json(tokens)).toEqual({
      error: {
        message: expect.stringContaining(
          '(TPM): Limit 8000, Used 8250, Requested 150. Please try again in 3s. Need more tokens?',
        ) as string,
        type: 'tokens',
        code: 'rate_limit_exceeded',
      },
    });
    const requests = await ask(simulator.url, whole);
    expect(requests.headers['retry-after']).toBeUndefined();
    expect(requests.headers['x-ratelimit-remaining-requests']).toBe('1000');
    expect(requests.headers['x-ratelimit-remaining-tokens']).toBeUndefined();
    expect(json(requests)).toMatchObject({ error: { type: 'requests' } });
    const hostile = await ask(simulator.url, whole);
    expect(hostile.headers['retry-after']).toBe('1e400');
    expect(hostile.text).toContain('(TPD): Limit 200000');
    const daily = await ask(simulator.url, whole);
    expect(daily.headers).toMatchObject({
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '24h0m0s',
    });
    expect(daily.text).toContain('(RPD): Limit 1000, Used 1000, Requested 1. Please try again in 1m0s.');
    expect(simulator.stats().rateLimited).toEqual({});
    expect(simulator.stats().byStatus).toEqual({ '429': 4 });
  });

  it.each<[Dimension, number]>([
    ['itpm', 100],
    ['otpm', 50],
    ['rpd', 1],
  ])('should report in a 429 for %s the units that the request needs', async (dimension, requested) => {
    const faults = [{ kind: 'status', status: 429, dimension } as const];
    const simulator = await start({ limits: false, faults, countPrompt: () => 100 });
    const answer = await ask(simulator.url, whole);
    expect(answer.text).toContain(`(${dimension.toUpperCase()}): Limit ${requested},`);
    expect(answer.text).toContain(`Requested ${requested}.`);
  });

  it('should call a function for faults with the request and its number among the valid ones', async () => {
    const asked: [unknown, number][] = [];
    const { url } = await start({
      faults: ({ messages }, n) => {
        asked.push([messages[0]?.content, n]);
        return n === 1 ? { kind: 'status', status: 503 } : undefined;
      },
    });
    const statuses: number[] = [];
    for (const payload of [body(), body({ n: 2 }), body(), body()])
      statuses.push((await ask(url, { body: payload })).status);
    expect(statuses).toEqual([200, 400, 503, 200]);
    expect(asked).toEqual([
      ['Hello', 0],
      ['Hello', 1],
      ['Hello', 2],
    ]);
  });

  it('should cut a stream after the given number of tokens', async () => {
    const simulator = await faulty({ kind: 'cut', after: 2 });
    const { received } = await open(simulator.url, streamed);
    const { text, error } = await readSome(received);
    expect(error).toBe('ECONNRESET');
    expect(received.complete).toBe(false);
    expect(spoken(text)).toBe('one two');
    expect(text).not.toContain('[DONE]');
    expect(levelOf(simulator)).toBeCloseTo(8_000 - 102, 6);
    expect(simulator.stats()).toMatchObject({ faults: 1, aborted: 0, tokens: { completion: 2 } });
  });

  it('should cut a stream after its headers, and after its last token', async () => {
    const simulator = await faulty({ kind: 'cut' }, { kind: 'cut', after: 99 });
    const nothing = await open(simulator.url, streamed);
    expect(nothing.received.statusCode).toBe(200);
    expect(nothing.received.headers['x-ratelimit-remaining-tokens']).toBe('7850');
    expect(await readSome(nothing.received)).toEqual({ text: '', error: 'ECONNRESET' });
    const late = await readSome((await open(simulator.url, streamed)).received);
    expect(spoken(late.text)).toBe(WORDS);
    expect(chunks(late.text).every(({ choices }) => choices[0]?.finish_reason === null)).toBe(true);
  });

  it('should end a stream normally, but without a finish reason', async () => {
    const simulator = await faulty({ kind: 'cut', after: 2, clean: true });
    const { received } = await open(simulator.url, streamed);
    const text = await readAll(received);
    expect(received.complete).toBe(true);
    expect(spoken(text)).toBe('one two');
    expect(text).not.toContain('[DONE]');
    expect(text).not.toContain('"stop"');
  });

  it('should reset a connection', async () => {
    const simulator = await faulty({ kind: 'reset', after: 2 });
    const { received } = await open(simulator.url, streamed);
    const { text, error } = await readSome(received);
    expect(error).toBe('ECONNRESET');
    expect(WORDS.startsWith(spoken(text))).toBe(true);
    expect(chunks(text).length).toBeLessThanOrEqual(3);
    expect(levelOf(simulator)).toBeCloseTo(8_000 - 102, 6);
    expect(simulator.stats().aborted).toBe(0);
  });

  it.each([
    ['cut', 'end'],
    ['reset', 'ECONNRESET'],
  ] as const)('should be seen as %s on the wire', async (kind, seen) => {
    const { url } = await faulty({ kind, after: 2 });
    const payload = JSON.stringify(body({ stream: true }));
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const ended = new Promise((resolve) => {
      socket.on('end', () => {
        resolve('end');
      });
      socket.on('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code);
      });
    });
    socket.resume();
    socket.write(
      `POST /openai/v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer x\r\ncontent-length: ${payload.length}\r\n\r\n${payload}`,
    );
    expect(await ended).toBe(seen);
    socket.destroy();
  });

  it('should stall for some time, and continue', async () => {
    const simulator = await faulty({ kind: 'stall', after: 2, ms: 60_000 }, { kind: 'stall', ms: 60_000 });
    const { text } = await ask(simulator.url, streamed);
    expect(spoken(text)).toBe(WORDS);
    expect(events(text).at(-1)).toBe('[DONE]');
    expect(simulator.stats().now).toBe(60_000);
    await ask(simulator.url, whole);
    expect(simulator.stats().now).toBe(120_000);
  });

  it('should stall forever, and settle the written tokens when the client disconnects', async () => {
    const simulator = await faulty({ kind: 'stall', after: 3 }, { kind: 'stall' });
    const { sent, received } = await open(simulator.url, streamed);
    let text = '';
    for await (const part of received as AsyncIterable<Buffer>) {
      text += part.toString('utf8');
      if (spoken(text) === 'one two three') break;
    }
    expect(simulator.stats()).toMatchObject({ aborted: 0, connections: { open: 1 } });
    expect(levelOf(simulator)).toBeCloseTo(8_000 - 150, 6);
    sent.destroy();
    while (simulator.stats().connections.open > 0) await new Promise(setImmediate);
    expect(simulator.stats()).toMatchObject({ aborted: 1, tokens: { prompt: 100, completion: 3 } });
    expect(levelOf(simulator)).toBeCloseTo(8_000 - 103, 6);

    const silent = open(simulator.url, whole).catch((error: unknown) => error);
    while (simulator.stats().models[MODEL]?.inFlight !== 1) await new Promise(setImmediate);
    await simulator.close();
    expect(await silent).toMatchObject({ code: 'ECONNRESET' });
  });

  it('should end a stream with an error event, as recorded', async () => {
    const error = {
      message: 'no',
      type: 'invalid_request_error',
      code: 'json_validate_failed',
      failed_generation: '{',
    };
    const simulator = await faulty({ kind: 'error' }, { kind: 'error', after: 2, error });
    const { status, text } = await ask(simulator.url, streamed);
    expect(status).toBe(200);
    expect(text).toBe(
      'event: error\ndata: {"error":{"message":"Tool choice is required, but model did not call a tool","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"","status_code":400}}\n\n',
    );
    const late = await ask(simulator.url, streamed);
    expect(spoken(late.text)).toBe('one two');
    const last = late.text.split('\n\n').at(-2) ?? '';
    expect(last.startsWith('event: error\ndata: ')).toBe(true);
    expect(JSON.parse(last.slice(19))).toEqual({ error: { ...error, status_code: 400 } });
    expect(simulator.stats().tokens.completion).toBe(2);
  });

  it('should fail likewise without a stream', async () => {
    const simulator = await faulty(
      { kind: 'error' },
      { kind: 'error', error: { message: 'busy', status_code: 503 } },
      { kind: 'cut' },
      { kind: 'reset' },
      { kind: 'cut', clean: true },
    );
    const failed = await ask(simulator.url, whole);
    expect(failed.status).toBe(400);
    expect(failed.headers['x-ratelimit-remaining-tokens']).toBe('7850');
    expect(json(failed)).toEqual({
      error: {
        message: 'Tool choice is required, but model did not call a tool',
        type: 'invalid_request_error',
        code: 'tool_use_failed',
        failed_generation: '',
      },
    });
    const busy = await ask(simulator.url, whole);
    expect([busy.status, json(busy)]).toEqual([503, { error: { message: 'busy' } }]);
    const cut = await open(simulator.url, whole);
    const { text, error } = await readSome(cut.received);
    expect(error).toBe('ECONNRESET');
    expect(text).toMatch(/^\{"id":"chatcmpl-/);
    await expect(ask(simulator.url, whole)).rejects.toMatchObject({ code: 'ECONNRESET' });
    const half = await ask(simulator.url, whole);
    expect(half.status).toBe(200);
    expect(() => json(half)).toThrow(SyntaxError);
    expect(simulator.stats()).toMatchObject({ faults: 5, aborted: 0 });
    expect(simulator.stats().models[MODEL]?.inFlight).toBe(0);
  });

  it('should not count the fault of an answer that is refused', async () => {
    const simulator = await start({ limits: { [MODEL]: { rpm: 1 } }, faults: () => ({ kind: 'cut', clean: true }) });
    expect([(await ask(simulator.url, whole)).status, (await ask(simulator.url, whole)).status]).toEqual([200, 429]);
    expect(simulator.stats()).toMatchObject({ faults: 1, rateLimited: { rpm: 1 } });
  });

  it('should stop when the client disconnects, also before the first token', async () => {
    const simulator = await start({
      faults: [{ kind: 'stall' }],
      reply: () => WORDS,
      countPrompt: () => 100,
    });
    const { sent } = await open(simulator.url, streamed);
    sent.destroy();
    while (simulator.stats().connections.open > 0) await new Promise(setImmediate);
    expect(simulator.stats()).toMatchObject({ aborted: 1, tokens: { prompt: 100, completion: 0 } });
    expect(levelOf(simulator)).toBeCloseTo(8_000 - 100, 6);
  });

  it('should drop a whole answer when the client disconnects, and settle the tokens due by then', async () => {
    const clock = new VirtualTimeScheduler();
    const simulator = await start({
      scheduler: clock,
      reply: () => WORDS,
      countPrompt: () => 100,
      firstToken: 1_000,
      tokensPerSecond: 1,
    });
    const sent = request(`${simulator.url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer x' },
    });
    sent.on('error', () => undefined);
    sent.end(JSON.stringify(body()));
    while (simulator.stats().models[MODEL]?.inFlight !== 1) await new Promise(setImmediate);
    clock.frame = 3_500;
    sent.destroy();
    while (simulator.stats().connections.open > 0) await new Promise(setImmediate);
    expect(simulator.stats()).toMatchObject({ aborted: 1, tokens: { prompt: 100, completion: 3 } });
    clock.flush();
    expect(clock.frame).toBe(3_500);
    expect(simulator.stats().byStatus).toEqual({});
  });

  it('should notice a client that disconnects during its request', async () => {
    const simulator = await start();
    const { port } = new URL(simulator.url);
    const sent = request({
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: '/openai/v1/chat/completions',
      headers: { authorization: 'Bearer x', 'content-length': '1000' },
    });
    sent.on('error', () => undefined);
    sent.write('{');
    while (simulator.stats().requests === 0) await new Promise(setImmediate);
    sent.destroy();
    while (simulator.stats().connections.open > 0) await new Promise(setImmediate);
    expect(simulator.stats()).toMatchObject({ requests: 1, aborted: 1, byStatus: {} });
  });
});
