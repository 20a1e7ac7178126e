import { firstValueFrom, NEVER, type Observable, throwError } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Groq } from '../../src/client/Groq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import { isConnectionError, isHttpError, isProtocolError, isTimeoutError } from '../../src/errors/guards.ts';
import type { WireEvent } from '../../src/ports/Transport.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { chunk, head, json, whole } from '../util/http.ts';
import { type RawConnection, type RawServer, rawServers } from '../util/rawServer.ts';
import { told } from '../util/told.ts';

const list = [
  { id: 'a', object: 'model', created: 1, owned_by: 'x', active: true, context_window: 8, brand_new: [1] },
  { id: 'b', object: 'model', created: 2, owned_by: 'y' },
];

describe('models and health', () => {
  const serve = rawServers();
  const made: Groq[] = [];

  afterEach(async () => {
    await Promise.all(made.splice(0).map((groq) => groq.close()));
  });

  const make = (server: Pick<RawServer, 'url'>, options: GroqOptions = {}): Groq => {
    const groq = createGroq({ apiKey: 'gsk_x', baseURL: server.url, retry: { count: 0 }, ...options });
    made.push(groq);
    return groq;
  };

  const answering = (answer: string | Buffer) => serve({ answer: ({ connection }) => connection.socket.write(answer) });

  it('should return what Groq lists, including unknown fields', async () => {
    const server = await answering(json(200, { object: 'list', data: list }));
    const groq = make(server);
    const models = told(groq.models());
    await models.ended;
    expect([models.values.all, models.ends]).toEqual([[list], [['complete']]]);
    const health = told(groq.health());
    await health.ended;
    expect(health.values.all).toEqual([{ ok: true, latencyMs: expect.any(Number) as number, models: 2 }]);
    expect(health.ends).toEqual([['complete']]);
    expect(server.requests.all.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['GET', '/openai/v1/models', ''],
      ['GET', '/openai/v1/models', ''],
    ]);
  });

  it('should read an answer that arrives in single bytes', async () => {
    const text = JSON.stringify({ data: [{ id: 'Grüße 😀' }] });
    const pieces = Array.from(Buffer.from(text), (byte) => chunk(Uint8Array.of(byte)));
    const server = await answering(
      Buffer.concat([Buffer.from(head(200, { 'transfer-encoding': 'chunked' })), ...pieces, Buffer.from('0\r\n\r\n')]),
    );
    const models = told(make(server).models());
    await models.ended;
    expect(models.values.all).toEqual([[{ id: 'Grüße 😀' }]]);
  });

  it('should not wait for limits', async () => {
    const server = await answering(json(200, { data: list }));
    const groq = make(server, { limits: { 'openai/gpt-oss-20b': { rpm: 0 } } });
    const answers = Array.from({ length: 40 }, () => told(groq.models()));
    expect(await Promise.all(answers.map(({ error }) => error))).toEqual(answers.map(() => undefined));
  });

  const failures: [string, (connection: RawConnection) => unknown, (error: unknown) => boolean][] = [
    [
      'a wrong key',
      ({ socket }) => socket.write(json(401, { error: { message: 'Invalid API Key' } })),
      (error) => isHttpError(error) && error.status === 401,
    ],
    [
      'a fault',
      ({ socket }) => socket.write(whole(502, '<html>')),
      (error) => isHttpError(error) && error.status === 502,
    ],
    ['too many', ({ socket }) => socket.write(whole(429, '')), (error) => isHttpError(error) && error.status === 429],
    [
      'an error with status 200',
      ({ socket }) => socket.write(json(200, { error: { message: 'No access.', status_code: 403 } })),
      (error) => isHttpError(error) && error.status === 403,
    ],
    ['what is no JSON', ({ socket }) => socket.write(whole(200, 'hello')), isProtocolError],
    ['what is no list', ({ socket }) => socket.write(json(200, { data: 5 })), isProtocolError],
    ['a page', ({ socket }) => socket.write(whole(200, '', { 'content-type': 'text/html' })), isProtocolError],
    ['what is no HTTP', ({ socket }) => socket.end('SSH'), isProtocolError],
    ['a reset', ({ socket }) => socket.resetAndDestroy(), isConnectionError],
  ];

  it.each(failures)('should fail with an error, or report it as a value: %s', async (_, answer, expected) => {
    const server = await serve({
      answer: ({ connection }) => {
        answer(connection);
      },
    });
    const groq = make(server);
    const models = told(groq.models());
    expect(await models.error).toSatisfy(expected);
    const health = told(groq.health());
    await health.ended;
    expect(health.ends).toEqual([['complete']]);
    expect(health.values.all).toEqual([
      { ok: false, latencyMs: expect.any(Number) as number, error: expect.toSatisfy(expected) as unknown },
    ]);
  });

  it.each([429, 503])('should wait out a %d, unless it asks for more than a minute', async (status) => {
    let refusals = 0;
    const refusing = (seconds: string) =>
      serve({
        answer: ({ connection }) => {
          const refused = refusals++ === 0;
          connection.socket.write(refused ? whole(status, '', { 'retry-after': seconds }) : json(200, { data: list }));
        },
      });
    const models = told(make(await refusing('0.001'), { retry: { count: 1 } }).models());
    await models.ended;
    expect([models.values.all, models.ends, refusals]).toEqual([[list], [['complete']], 2]);
    refusals = 0;
    const refused = told(make(await refusing('61'), { retry: { count: 1 } }).models());
    expect(await refused.error).toSatisfy((error) => isHttpError(error) && error.status === status);
    expect(refusals).toBe(1);
    refusals = 0;
    const health = told(make(await refusing('1'), { retry: { count: 1 } }).health());
    await health.ended;
    expect([health.values.all, refusals]).toMatchObject([[{ ok: false, error: { status } }], 1]);
  });

  it.each<[string, () => Observable<WireEvent>]>([
    [
      'throws',
      () => {
        throw new TypeError('fetch failed');
      },
    ],
    ['fails with', () => throwError(() => new TypeError('fetch failed'))],
  ])('should report as a value what a transport %s', async (_, send) => {
    const groq = createGroq({ transport: { send }, retry: { count: 0 } });
    const health = told(groq.health());
    await health.ended;
    expect(health.ends).toEqual([['complete']]);
    expect(health.values.all).toMatchObject([
      { ok: false, error: { code: 'GROQ_ERR_CONNECTION', cause: { name: 'TypeError' } } },
    ]);
  });

  it('should report a timeout as a value', async () => {
    const server = await serve();
    const health = told(make(server, { timeouts: { total: 20 } }).health());
    await health.ended;
    expect(health.values.all).toMatchObject([{ ok: false, error: { phase: 'total' } }]);
    expect(isTimeoutError(await told(make(server, { timeouts: { total: 20 } }).models()).error)).toBe(true);
    for (const { closed } of server.connections.all) await closed;
  });

  it('should be retried', async () => {
    const server = await serve({
      answer: ({ connection }) =>
        connection.socket.write(server.requests.length < 3 ? json(500, {}) : json(200, { data: list })),
    });
    const models = told(make(server, { retry: { count: 2, initialDelay: 1 } }).models());
    await models.ended;
    expect(models.values.all).toEqual([list]);
  });

  it('should pass the connect timeout to the transport, as chat does', async () => {
    const transport = fakeTransport(() => NEVER);
    const groq = createGroq({ transport, counter: constantCounter(1), timeouts: { connect: 300 } });
    made.push(groq);
    const asked = groq.chat({ messages: [{ role: 'user', content: 'Hi' }] }, { timeouts: { connect: 200 } });
    const admitted = firstValueFrom(transport.admissions$);
    const subscriptions = [asked.subscribe()];
    await admitted;
    subscriptions.push(groq.models().subscribe(), groq.health().subscribe());
    expect(transport.requests.map(({ connectTimeout }) => connectTimeout)).toEqual([200, 300, 300]);
    for (const subscription of subscriptions) subscription.unsubscribe();
  });

  it('should close the connection on unsubscribe', async () => {
    const server = await serve();
    const groq = make(server);
    for (const [index, ask] of [() => groq.models(), () => groq.health()].entries()) {
      const answer = told<unknown>(ask());
      const { connection } = await server.requests.at(index);
      answer.subscription.unsubscribe();
      await connection.closed;
      expect([answer.values.all, answer.ends]).toEqual([[], []]);
    }
  });
});
