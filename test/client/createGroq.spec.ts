import { firstValueFrom, from } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Groq } from '../../src/client/Groq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import {
  isHttpError,
  isModelRetiredError,
  isProtocolError,
  isRequestTooLargeError,
  isTruncatedStreamError,
} from '../../src/errors/guards.ts';
import type { GroqEvent } from '../../src/model/GroqEvent.ts';
import { MODELS, RETIRED_MODELS } from '../../src/model/Models.ts';
import type { ModelStatus } from '../../src/model/Status.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import {
  chunk,
  completion,
  DONE_EVENT,
  finishEvent,
  head,
  json,
  LAST_CHUNK,
  STREAM_HEAD,
  textEvent,
} from '../util/http.ts';
import { type RawRequest, type RawServer, rawServers } from '../util/rawServer.ts';
import { told } from '../util/told.ts';
import { turningClock } from '../util/turningClock.ts';

const messages = [{ role: 'user' as const, content: 'Hi' }];
const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
const finish = { type: 'finish', reason: 'stop', usage, id: 'chatcmpl-1', model: 'm' };

const stream = ({ connection: { socket } }: RawRequest, ...events: string[]): void => {
  socket.write(Buffer.concat([Buffer.from(STREAM_HEAD), ...events.map(chunk), Buffer.from(LAST_CHUNK)]));
};

/** Answers a request as a stream or in one piece, as requested. */
const hello = (request: RawRequest): void => {
  const { stream: streamed } = JSON.parse(request.body) as { stream?: boolean };
  if (streamed === true) stream(request, textEvent('Hel'), textEvent('lo'), finishEvent(), DONE_EVENT);
  else request.connection.socket.write(json(200, completion('Hello')));
};

describe('createGroq', () => {
  const serve = rawServers();
  const made: Groq[] = [];

  afterEach(async () => {
    await Promise.all(made.splice(0).map((groq) => groq.close()));
  });

  const make = (server: Pick<RawServer, 'url'>, options: GroqOptions = {}): Groq => {
    const groq = createGroq({ apiKey: 'gsk_x', baseURL: server.url, counter: constantCounter(1), ...options });
    made.push(groq);
    return groq;
  };

  const statusOf = async (groq: Groq): Promise<ModelStatus | undefined> =>
    (await firstValueFrom(groq.status$)).models.at(0);

  describe('methods', () => {
    it('chat() should emit tokens', async () => {
      const server = await serve({ answer: hello });
      const answer = told(make(server).chat({ messages, model: 'openai/gpt-oss-120b' }));
      await answer.ended;
      expect(answer.values.all).toEqual([{ type: 'text', text: 'Hel' }, { type: 'text', text: 'lo' }, finish]);
      expect(answer.ends).toEqual([['complete']]);
      expect(JSON.parse(server.requests.all[0]?.body ?? '')).toEqual({
        model: 'openai/gpt-oss-120b',
        messages,
        stream: true,
      });
    });

    it('complete() should emit a whole answer, also for a request with `stream: true`', async () => {
      const server = await serve({ answer: hello });
      const groq = make(server);
      for (const rest of [{}, { stream: true }]) {
        const answer = told(groq.complete({ messages, ...rest }));
        await answer.ended;
        expect(answer.values.all).toEqual([
          {
            message: { role: 'assistant', content: 'Hello' },
            finish_reason: 'stop',
            usage,
            id: 'chatcmpl-1',
            model: 'm',
          },
        ]);
      }
      expect(server.requests.all.map(({ body }) => (JSON.parse(body) as { stream?: boolean }).stream)).toEqual([
        undefined,
        false,
      ]);
    });

    it('should send the messages as they were when the method was called', async () => {
      const server = await serve({ answer: hello });
      const conversation = [...messages];
      const answer = told(make(server).complete({ messages: conversation }));
      conversation.push({ role: 'user', content: 'And what of this?' });
      await answer.ended;
      expect(JSON.parse(server.requests.all[0]?.body ?? '')).toMatchObject({ messages });
    });

    it('ask() should send a question to the default model', async () => {
      const server = await serve({ answer: hello });
      const answer = told(make(server).ask('Why is the sky blue?'));
      await answer.ended;
      expect(answer.values.all.at(-1)).toEqual(finish);
      expect(JSON.parse(server.requests.all[0]?.body ?? '')).toEqual({
        model: 'openai/gpt-oss-20b',
        messages: [{ role: 'user', content: 'Why is the sky blue?' }],
        stream: true,
      });
    });

    it("chunks() should emit Groq's own chunks", async () => {
      const server = await serve({ answer: hello });
      const answer = told(make(server).chunks({ messages }));
      await answer.ended;
      expect(answer.values.all.map((each) => `data: ${JSON.stringify(each)}\n\n`)).toEqual([
        textEvent('Hel'),
        textEvent('lo'),
        finishEvent(),
      ]);
    });

    it('should send a request for each subscription, and none before', async () => {
      const server = await serve({ answer: hello });
      const answer = make(server).chat({ messages });
      expect(server.connections.length).toBe(0);
      await told(answer).ended;
      await told(answer).ended;
      expect(server.requests.length).toBe(2);
    });
  });

  describe('the state of a request', () => {
    it('should be emitted among the tokens with `lifecycle`', async () => {
      const server = await serve();
      const groq = make(server, { retry: { initialDelay: 0 } });
      const answer = told(groq.chat({ messages }, { lifecycle: true }));
      const states = () => answer.values.all.map((token) => (token.type === 'state' ? token.state : token.type));
      const first = await server.requests.at(0);
      expect(states()).toEqual(['queued', 'admitted', 'connected']);
      first.connection.socket.write(json(503, { error: { message: 'over capacity' } }));
      hello(await server.requests.at(1));
      await answer.ended;
      expect(states()).toEqual([
        'queued',
        'admitted',
        'connected',
        'retrying',
        'queued',
        'admitted',
        'connected',
        'text',
        'text',
        'finish',
      ]);
    });

    it('should not be emitted without `lifecycle`', async () => {
      const server = await serve({ answer: hello });
      const groq = make(server);
      const answers = [groq.chat({ messages }), groq.chat({ messages }, { lifecycle: false }), groq.ask('Hi')].map(
        told,
      );
      await Promise.all(answers.map(({ ended }) => ended));
      for (const { values } of answers) expect(values.all.map(({ type }) => type)).toEqual(['text', 'text', 'finish']);
    });

    it('should be reported in events$ for all requests', async () => {
      const server = await serve({ answer: hello });
      const groq = make(server);
      const events: GroqEvent[] = [];
      groq.events$.subscribe((event) => events.push(event));
      await told(groq.chat({ messages }, { tenant: 't', tag: 'x' })).ended;
      expect(events.map(({ type, seq, model, tenant, tag }) => [type, seq, model, tenant, tag])).toEqual(
        ['queued', 'admitted', 'connected', 'finished'].map((type) => [type, 0, 'openai/gpt-oss-20b', 't', 'x']),
      );
      expect(JSON.stringify(events)).not.toMatch(/Hi|Hel/);
    });

    it('should be shown in the status', async () => {
      const server = await serve();
      const groq = make(server);
      expect(await firstValueFrom(groq.status$)).toEqual({ models: [] });
      const answer = told(groq.chat({ messages }));
      const waiting = told(groq.chat({ messages }, { priority: 'high' }));
      const request = await server.requests.at(0);
      expect(await statusOf(groq)).toMatchObject({
        model: 'openai/gpt-oss-20b',
        // The other request waits for the answer to the first, which shows the levels.
        waiting: { high: 0, normal: 0, low: 1, background: 0 },
        inFlight: 1,
        buckets: [
          { dimension: 'rpm', limit: 30 },
          { dimension: 'rpd', limit: 1_000 },
          { dimension: 'tpm', limit: 8_000 },
          { dimension: 'tpd', limit: 200_000 },
        ],
      });
      hello(request);
      hello(await server.requests.at(1));
      await Promise.all([answer.ended, waiting.ended]);
      expect(await firstValueFrom(groq.status$)).toEqual({ models: [] });
    });
  });

  describe('models', () => {
    it.each([...RETIRED_MODELS])(
      'should refuse %s, which is retired, and name a replacement',
      async (model, { replacement }) => {
        const server = await serve({ answer: hello });
        const groq = make(server);
        const error = await told(groq.chat({ model, messages })).error;
        expect(isModelRetiredError(error) && [error.model, error.replacement]).toEqual([model, replacement]);
        expect(String(error)).toContain(`Use ${replacement}, or set \`allowRetired\` to send the request anyway.`);
        expect(server.connections.length).toBe(0);
        // The replacement is not retired itself.
        expect(groq.modelIds()).toContain(replacement);
      },
    );

    it('should send to a retired model with `allowRetired`', async () => {
      const server = await serve({ answer: hello });
      const answer = told(make(server, { allowRetired: true }).chat({ model: 'gemma2-9b-it', messages }));
      await answer.ended;
      expect(answer.values.all.at(-1)).toEqual(finish);
    });

    it('should be listed without a request', () => {
      expect(make({ url: 'http://localhost:1' }).modelIds()).toEqual([...MODELS.keys()]);
    });

    it('should be probed with one request when their limits are unknown', async () => {
      const server = await serve();
      const groq = make(server);
      const answers = Array.from({ length: 4 }, () => told(groq.complete({ model: 'brand/new', messages })));
      const first = await server.requests.at(0);
      expect(await statusOf(groq)).toMatchObject({ inFlight: 1, waiting: { low: 3 }, buckets: [] });
      first.connection.socket.write(
        json(200, completion('Hello'), {
          'x-ratelimit-limit-requests': 100,
          'x-ratelimit-remaining-requests': 99,
          'x-ratelimit-limit-tokens': 500,
          'x-ratelimit-remaining-tokens': 498,
        }),
      );
      for (const index of [1, 2, 3]) await server.requests.at(index);
      expect(await statusOf(groq)).toMatchObject({
        buckets: [
          { dimension: 'rpd', limit: 100 },
          { dimension: 'tpm', limit: 500 },
        ],
      });
      for (const request of server.requests.all.slice(1)) hello(request);
      await Promise.all(answers.map(({ ended }) => ended));
      const tooLarge = told(groq.complete({ model: 'brand/new', messages, max_completion_tokens: 500 }));
      const error = await tooLarge.error;
      expect(isRequestTooLargeError(error) && [error.dimension, error.limit, error.cost]).toEqual(['tpm', 500, 501]);
      expect(server.requests.length).toBe(4);
    });

    it('should have their limits learned from the server', async () => {
      const simulator = await startSimulator({
        limits: { 'brand/new': { rpm: 20, rpd: 40, tpm: 1_000 } },
        reply: () => 'Yes',
        firstToken: 0,
      });
      const groq = make(simulator);
      const answers = Array.from({ length: 10 }, () => told(groq.chat({ model: 'brand/new', messages })));
      expect(await Promise.all(answers.map(({ error }) => error))).toEqual(answers.map(() => undefined));
      expect(simulator.stats().byStatus).toEqual({ '200': 10 });
      await simulator.close();
    });
  });

  describe('failures', () => {
    it('should be retried twice by default', async () => {
      const server = await serve({
        answer: ({ connection }) => connection.socket.write(json(503, { error: { message: 'over capacity' } })),
      });
      const error = await told(make(server, { retry: { initialDelay: 1 } }).chat({ messages })).error;
      expect(isHttpError(error) && error.status).toBe(503);
      expect(server.requests.length).toBe(3);
    });

    it('should be retried as often as the call allows', async () => {
      const server = await serve({ answer: ({ connection }) => connection.socket.write(json(500, {})) });
      const groq = make(server, { retry: { initialDelay: 0, count: 5 } });
      await told(groq.chat({ messages }, { retry: { count: 1 } })).ended;
      expect(server.requests.length).toBe(2);
    });

    it('should be an error with the partial answer when a stream is cut, without a retry', async () => {
      const server = await serve({
        answer: ({ connection }) =>
          connection.socket.write(Buffer.concat([Buffer.from(STREAM_HEAD), chunk(textEvent('Hel'))]), () => {
            connection.socket.destroy();
          }),
      });
      const answer = told(make(server).chat({ messages }));
      const error = await answer.error;
      expect(answer.values.all).toEqual([{ type: 'text', text: 'Hel' }]);
      expect(isTruncatedStreamError(error) && error.partial).toMatchObject({ text: 'Hel' });
      expect(server.requests.length).toBe(1);
    });

    it('should be an error when a stream ends normally without a finish reason', async () => {
      const server = await serve({
        answer: (request) => {
          stream(request, textEvent('Hel'));
        },
      });
      const error = await told(make(server).chat({ messages })).error;
      expect(isTruncatedStreamError(error)).toBe(true);
    });

    it('should not occur when the server keeps the connection open after a complete answer', async () => {
      const server = await serve({
        answer: ({ connection }) =>
          connection.socket.write(
            Buffer.concat([Buffer.from(STREAM_HEAD), ...[textEvent('Hel'), finishEvent(), DONE_EVENT].map(chunk)]),
          ),
      });
      const answer = told(make(server).chat({ messages }));
      await answer.ended;
      expect(answer.values.all).toEqual([{ type: 'text', text: 'Hel' }, finish]);
      await server.connections.all[0]?.closed;
    });

    it.each([
      ['a page', head(200, { 'content-type': 'text/html', 'content-length': 0 })],
      ['a redirect', head(302, { location: 'https://example.test', 'content-length': 0 })],
      ['what is compressed', head(200, { 'content-encoding': 'gzip', 'content-length': 0 })],
      ['nothing', head(200, { 'content-type': 'text/event-stream', 'content-length': 0 })],
    ])('should be a protocol error for %s, without a retry', async (_, answer) => {
      const server = await serve({ answer: ({ connection }) => connection.socket.write(answer) });
      const error = await told(make(server).chat({ messages })).error;
      expect(isProtocolError(error)).toBe(true);
      expect(server.requests.length).toBe(1);
    });

    it.each<[string, GroqOptions]>([
      ['with limits', {}],
      ['without limits', { limits: false }],
    ])('should not include a 429, which is waited for, %s', async (_, options) => {
      const server = await serve();
      const scheduler = turningClock(100);
      const groq = make(server, { scheduler, ...options });
      const events: GroqEvent[] = [];
      groq.events$.subscribe((event) => events.push(event));
      const answer = told(groq.complete({ messages }));
      const message =
        'Rate limit … on tokens per day (TPD): Limit 8000, Used 7950, Requested 102. Please try again in 9m1.5s. X';
      (await server.requests.at(0)).connection.socket.write(json(429, { error: { message, type: 'tokens' } }));
      hello(await server.requests.at(1));
      await answer.ended;
      expect(answer.ends).toEqual([['complete']]);
      const [refused, again] = [
        events.find(({ type }) => type === 'rate-limited'),
        events.findLast(({ type }) => type === 'admitted'),
      ];
      expect(refused).toMatchObject({ dimension: 'tpd' });
      expect((again?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(541_500);
      expect(server.requests.length).toBe(2);
      scheduler.stop();
    });

    it('should charge only the request itself after a 413', async () => {
      const server = await serve();
      const groq = make(server);
      const refused = told(groq.complete({ messages, max_completion_tokens: 4_000 }));
      (await server.requests.at(0)).connection.socket.write(
        json(413, {
          error: {
            message:
              'Request too large for model `m` … on tokens per minute (TPM): Limit 8000, Requested 8100, please …',
          },
        }),
      );
      expect(isRequestTooLargeError(await refused.error)).toBe(true);
      const next = told(groq.complete({ messages }));
      const request = await server.requests.at(1);
      const tpm = (await statusOf(groq))?.buckets.find(({ dimension }) => dimension === 'tpm');
      // Full except for the two tokens of the second request.
      expect(tpm?.level).toBeGreaterThan(7_990);
      hello(request);
      await next.ended;
    });

    it('should refuse a request locally that exceeds the limit in an earlier 413', async () => {
      const server = await serve({
        answer: ({ connection }) =>
          connection.socket.write(
            json(413, {
              error: {
                message: 'Request too large … on tokens per minute (TPM): Limit 6000, Requested 7100, please …',
              },
            }),
          ),
      });
      const groq = make(server);
      for (let i = 0; i < 2; i++) {
        const { error } = told(groq.complete({ messages, max_completion_tokens: 7_000 }));
        expect(await error).toMatchObject({ code: 'GROQ_ERR_REQUEST_TOO_LARGE', limit: 6_000 });
      }
      expect(server.requests).toHaveLength(1);
    });
  });

  it('should also work with promises', async () => {
    const server = await serve({ answer: hello });
    const { message } = await firstValueFrom(from(make(server).complete({ messages })));
    expect(message).toEqual({ role: 'assistant', content: 'Hello' });
  });
});
