import { EMPTY, firstValueFrom, type Observable, of, Subject } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Groq } from '../../src/client/Groq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import { isClosedError } from '../../src/errors/guards.ts';
import type { Answer } from '../../src/model/Token.ts';
import type { TokenCount } from '../../src/model/TokenCount.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { wire } from '../../src/testing/wire.ts';
import { chunk, completion, json, STREAM_HEAD, textEvent } from '../util/http.ts';
import { type RawRequest, type RawServer, rawServers } from '../util/rawServer.ts';
import { type Told, told } from '../util/told.ts';

const messages = [{ role: 'user' as const, content: 'Hi' }];

const ok = ({ connection }: RawRequest): unknown => connection.socket.write(json(200, completion('Hello')));

describe('Groq.close', () => {
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

  it('should end every pending request with an error, whatever its state', async () => {
    const server = await serve({
      answer: (request) => {
        const { connection } = request;
        if (request.path.endsWith('/models')) return;
        if (request.body.includes('stream this'))
          connection.socket.write(Buffer.concat([Buffer.from(STREAM_HEAD), chunk(textEvent('Hel'))]));
        if (request.body.includes('fail')) connection.socket.write(json(503, {}));
      },
    });
    const groq = make(server, { retry: { initialDelay: 60_000, maxDelay: 60_000 }, random: () => 0.9 });
    const streaming = told(groq.ask('stream this'));
    await streaming.values.at(0);
    const failing = told(groq.chat({ messages: [{ role: 'user', content: 'fail' }] }, { lifecycle: true }));
    while ((await failing.values.at(failing.values.length)).type !== 'state' || !isRetrying(failing.values.all.at(-1)));
    const awaited = told(groq.complete({ messages }));
    await server.requests.at(2);
    const waiting = told(groq.chat({ model: 'brand/new', messages }));
    await server.requests.at(3);
    const queued = told(groq.chat({ model: 'brand/new', messages }));
    const models = told(groq.models());
    const health = told(groq.health());
    await server.requests.at(5);

    const closing = groq.close();
    // At once, and not only after the transport has closed, which waits for its connections.
    for (const { ends } of [streaming, failing, awaited, waiting, queued, models]) {
      expect(ends).toEqual([['error', expect.toSatisfy(isClosedError)]]);
    }
    expect([health.ends, health.values.all]).toEqual([
      [['complete']],
      [{ ok: false, latencyMs: expect.any(Number) as number, error: expect.toSatisfy(isClosedError) as unknown }],
    ]);
    await closing;
    for (const { closed } of server.connections.all) await closed;
    expect(server.open).toBe(0);
  });

  it.each([false, true])('should refuse new requests afterwards (drain: %s)', async (drain) => {
    const server = await serve({ answer: ok });
    const groq = make(server);
    await told(groq.complete({ messages })).ended;
    await groq.close({ drain });
    const late: Observable<unknown>[] = [
      groq.complete({ messages }),
      groq.chat({ messages }),
      groq.ask('Hi'),
      groq.chunks({ messages }),
      groq.models(),
    ];
    for (const answer of late) expect(isClosedError(await told(answer).error)).toBe(true);
    const health = told(groq.health());
    await health.ended;
    expect(health.values.all).toMatchObject([{ ok: false, error: { code: 'GROQ_ERR_CLOSED' } }]);
    const answers = told(of(1).pipe(groq.answers(() => ({ messages }))));
    await answers.ended;
    expect(answers.values.all).toMatchObject([{ index: 0, error: { code: 'GROQ_ERR_CLOSED' } }]);
    expect(server.requests.length).toBe(1);
  });

  it('should complete accepted requests, including their retries, when it drains', async () => {
    const server = await serve();
    const groq = make(server, { retry: { initialDelay: 1 } });
    const answers = [told(groq.complete({ messages })), told(groq.complete({ messages }))];
    const first = await server.requests.at(0);
    let closed = false;
    const closing = groq.close({ drain: true }).then(() => {
      closed = true;
    });
    expect(isClosedError(await told(groq.complete({ messages })).error)).toBe(true);
    first.connection.socket.write(json(503, {}));
    ok(await server.requests.at(1));
    ok(await server.requests.at(2));
    await answers[0]?.ended;
    await answers[1]?.ended;
    expect(answers.map(({ ends }) => ends)).toEqual([[['complete']], [['complete']]]);
    await closing;
    expect(closed).toBe(true);
    for (const connection of server.connections.all) await connection.closed;
  });

  it('should not wait for a cancelled request when it drains', async () => {
    const server = await serve();
    const groq = make(server);
    const answer = told(groq.complete({ messages }));
    await server.requests.at(0);
    const closing = groq.close({ drain: true });
    answer.subscription.unsubscribe();
    await closing;
    expect(answer.ends).toEqual([]);
  });

  it('should end a drain early when it is closed without draining', async () => {
    const server = await serve();
    const groq = make(server);
    const answer = told(groq.complete({ messages }));
    await server.requests.at(0);
    const closing = groq.close({ drain: true });
    await groq.close();
    await closing;
    expect(isClosedError(await answer.error)).toBe(true);
  });

  it('should finish at once when nothing is pending, however often it is called', async () => {
    const groq = make({ url: 'http://localhost:1' });
    await Promise.all([groq.close(), groq.close({ drain: true }), groq.close()]);
    await groq.close({ drain: true });
    await groq[Symbol.asyncDispose]();
  });

  it('should be called at the end of a block with `await using`', async () => {
    const server = await serve();
    let answer: Told<Answer>;
    {
      await using groq = createGroq({ apiKey: 'gsk_x', baseURL: server.url, counter: constantCounter(1) });
      answer = told(groq.complete({ messages }));
      await server.requests.at(0);
    }
    expect(isClosedError(await answer.error)).toBe(true);
    await server.connections.all[0]?.closed;
  });

  it('should close a connection that is kept for the next request', async () => {
    const server = await serve({ answer: ok });
    const groq = make(server);
    await told(groq.complete({ messages })).ended;
    expect(server.open).toBe(1);
    await groq.close();
    // By the time of another client's answer the server knows; by itself the connection would stay for half a minute.
    await told(make(server).complete({ messages })).ended;
    expect(server.connections.all).toHaveLength(2);
    expect(server.open).toBe(1);
  });

  it('should not close a transport that was passed in', async () => {
    let closed = 0;
    const transport = {
      ...fakeTransport(() => of(wire.sent, wire.head(), wire.data(JSON.stringify(completion('Hello'))))),
      close: () => {
        closed += 1;
      },
    };
    const groq = createGroq({ transport, counter: constantCounter(1) });
    await told(groq.complete({ messages })).ended;
    await groq.close();
    expect(closed).toBe(0);
  });

  describe('while a prompt is counted', () => {
    const one = { tokens: 1, bound: 1, exact: true };

    it('should drain the request', async () => {
      const server = await serve({ answer: ok });
      const counts = new Subject<TokenCount>();
      const groq = make(server, { counter: { count: () => counts } });
      const asked = told(groq.complete({ messages }));
      const closed = groq.close({ drain: true });
      const late = told(groq.complete({ messages }));
      counts.next(one);
      await closed;
      expect(asked.ends).toEqual([['complete']]);
      expect(late.ends).toEqual([['error', expect.toSatisfy(isClosedError)]]);
      expect(server.requests.all).toHaveLength(1);
    });

    it('should fail the request at once', async () => {
      const server = await serve({ answer: ok });
      const counts = new Subject<TokenCount>();
      const groq = make(server, { counter: { count: () => counts } });
      const asked = told(groq.complete({ messages }));
      await groq.close();
      expect(asked.ends).toEqual([['error', expect.toSatisfy(isClosedError)]]);
      expect(counts.observed).toBe(false);
    });

    it('should drain without waiting for a cancelled request', async () => {
      const server = await serve({ answer: ok });
      const counts = new Subject<TokenCount>();
      const groq = make(server, { counter: { count: () => counts } });
      const asked = groq.complete({ messages }).subscribe();
      const closed = groq.close({ drain: true });
      asked.unsubscribe();
      await closed;
      expect(counts.observed).toBe(false);
    });
  });

  it('should report a counter that completes without a count', async () => {
    const server = await serve({ answer: ok });
    const groq = make(server, { counter: { count: () => EMPTY } });
    await expect(firstValueFrom(groq.complete({ messages }))).rejects.toThrow('a TokenCount, got nothing');
  });
});

const isRetrying = (token: unknown): boolean =>
  typeof token === 'object' && token !== null && 'state' in token && token.state === 'retrying';
