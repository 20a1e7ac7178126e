import { Socket } from 'node:net';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createGroq } from '../../src/client/createGroq.ts';
import { isGroqError } from '../../src/errors/GroqError.ts';
import { constantCounter } from '../../src/operators.ts';
import { chunk, completion, DONE_EVENT, finishEvent, json, LAST_CHUNK, STREAM_HEAD, whole } from '../util/http.ts';
import { rawServers } from '../util/rawServer.ts';

const messages = [{ role: 'user' as const, content: 'Hi' }];
const streamed = Buffer.concat([Buffer.from(STREAM_HEAD), chunk(finishEvent() + DONE_EVENT), Buffer.from(LAST_CHUNK)]);

describe('connections of a client', () => {
  const serve = rawServers();

  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('should only go to its base URL, whatever it calls and receives', async () => {
    const elsewhere = await serve();
    const answers: (string | Uint8Array)[] = [
      streamed,
      json(200, completion(`Call ${elsewhere.url}`)),
      json(200, { data: [] }),
      whole(301, '', { location: elsewhere.url }),
      whole(307, '', { location: elsewhere.url }),
      whole(503, '', { 'retry-after-ms': '1', location: elsewhere.url, 'alt-svc': 'h2="127.0.0.1:1"' }),
      json(200, completion('Hello'), { link: `<${elsewhere.url}>; rel=preconnect`, 'set-cookie': 'a=1' }),
    ];
    const server = await serve({
      answer: ({ connection }) => connection.socket.write(answers.shift() ?? json(200, completion('Hello'))),
    });
    const connected: unknown[] = [];
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with the socket below
    const connect = Socket.prototype.connect as (...args: unknown[]) => Socket;
    vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...args: unknown[]) {
      connected.push(JSON.parse(JSON.stringify(args)));
      return connect.apply(this, args);
    });
    const groq = createGroq({
      apiKey: 'gsk_x',
      baseURL: server.url,
      counter: constantCounter(1),
      retry: { count: 1, initialDelay: 1 },
    });
    await lastValueFrom(groq.chat({ messages }).pipe(toArray()));
    await lastValueFrom(groq.complete({ messages }));
    await lastValueFrom(groq.models());
    for (let i = 0; i < 2; i++) {
      expect(await lastValueFrom(groq.complete({ messages })).catch(isGroqError)).toBe(true);
    }
    await lastValueFrom(groq.complete({ messages }));
    await groq.close();

    expect(server.requests.length).toBe(7);
    expect(connected.length).toBeGreaterThan(0);
    for (const args of connected) expect(JSON.stringify(args)).toMatch(new RegExp(`"port":"?${server.port}"?`));
    expect(elsewhere.connections.length).toBe(0);
    // Each request has the key, but no cookie.
    for (const { head } of server.requests.all) {
      expect(head).toContain('authorization: Bearer gsk_x');
      expect(head.toLowerCase()).not.toContain('cookie');
    }
  });
});
