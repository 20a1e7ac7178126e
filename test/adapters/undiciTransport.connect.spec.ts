import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { EMPTY, from, Observable, throwError } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type ClosableTransport,
  type UndiciTransportConfig,
  undiciTransport,
} from '../../src/adapters/undiciTransport.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Groq } from '../../src/client/Groq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import { isClosedError, isConnectionError, isProtocolError, isTimeoutError } from '../../src/errors/guards.ts';
import type { WireRequest } from '../../src/ports/Transport.ts';
import { makeCertificate } from '../util/certificate.ts';
import { handClock } from '../util/handClock.ts';
import { chunk, head, json, STREAM_HEAD } from '../util/http.ts';
import { type RawRequest, rawServers } from '../util/rawServer.ts';
import { told } from '../util/told.ts';
import { trustedCertificate } from '../util/trustedCertificate.ts';

const chat: WireRequest = { method: 'POST', path: '/chat/completions', body: '{}' };
const ok = ({ connection }: RawRequest): unknown => connection.socket.write(json(200, { ok: true }));

describe('undiciTransport', () => {
  const serve = rawServers();
  const tls = trustedCertificate();

  const make = (config: Partial<UndiciTransportConfig>): ClosableTransport => {
    const transport = undiciTransport({ apiKey: 'gsk_x', ...config });
    onTestFinished(() => transport.close());
    return transport;
  };
  const sending = (transport: ClosableTransport) => told(from(transport.send(chat)));

  describe('connect', () => {
    it.each(['http', 'https'])('should make a connection that the next request uses: %s', async (protocol) => {
      const server = await serve({ answer: ok, ...(protocol === 'https' && { tls }) });
      const transport = make({ baseURL: server.url });
      const connected = told(transport.connect());
      await connected.ended;
      const { socket, received } = await server.connections.at(0);
      expect([connected.ends, received]).toEqual([[['complete']], '']);
      await sending(transport).ended;
      await sending(transport).ended;
      expect([server.requests.length, server.connections.length]).toEqual([2, 1]);
      expect(server.requests.all[0]?.connection.socket).toBe(socket);
    });

    it('should not make a connection while an unused one is open', async () => {
      const server = await serve({ answer: ok });
      const transport = make({ baseURL: server.url });
      await told(transport.connect()).ended;
      await told(transport.connect()).ended;
      await sending(transport).ended;
      await told(transport.connect()).ended;
      expect(server.connections.length).toBe(1);
      // Busy connections do not count.
      const busy = sending(transport);
      await told(transport.connect()).ended;
      await busy.ended;
      expect(server.connections.length).toBe(2);
    });

    it('should close the connection that is being made when unsubscribed', async () => {
      const server = await serve();
      const connecting = told(make({ baseURL: server.url.replace('http:', 'https:') }).connect());
      const connection = await server.connections.at(0);
      await connection.touched;
      connecting.subscription.unsubscribe();
      await connection.closed;
      expect(connecting.ends).toEqual([]);
    });

    it('should not use a connection that the server has closed', async () => {
      const server = await serve({ answer: ok });
      const transport = make({ baseURL: server.url });
      await told(transport.connect()).ended;
      const connection = await server.connections.at(0);
      connection.socket.end();
      await connection.closed;
      const answer = sending(transport);
      await answer.ended;
      expect([answer.ends, server.connections.length]).toEqual([[['complete']], 2]);
    });

    it('should send the request once more when the server closes that connection as it arrives', async () => {
      const server = await serve({
        answer: (asked) => {
          if (server.requests.length === 1) asked.connection.socket.resetAndDestroy();
          else ok(asked);
        },
      });
      const transport = make({ baseURL: server.url });
      await told(transport.connect()).ended;
      const answer = sending(transport);
      await answer.ended;
      expect([answer.ends, server.connections.length]).toEqual([[['complete']], 2]);
    });

    it('should close an unused connection after `keepAlive`', async () => {
      const server = await serve();
      await told(make({ baseURL: server.url, keepAlive: 1 }).connect()).ended;
      await (await server.connections.at(0)).closed;
    });

    it('should close an unused connection together with the transport, and refuse to make another', async () => {
      const server = await serve();
      const transport = make({ baseURL: server.url });
      await told(transport.connect()).ended;
      await transport.close();
      await (await server.connections.at(0)).closed;
      const error = await told(transport.connect()).error;
      expect(isConnectionError(error) && [error.sent, error.reason]).toEqual([false, 'UND_ERR_CLOSED']);
    });

    it('should fail and close the connection that is being made when the transport is closed', async () => {
      const server = await serve();
      const transport = make({ baseURL: server.url });
      const connecting = told(transport.connect());
      await transport.close();
      const error = await connecting.error;
      expect(isConnectionError(error) && [error.sent, error.reason]).toEqual([false, 'UND_ERR_CLOSED']);
      for (const { closed } of server.connections.all) await closed;
    });

    it('should close the connection when the request that takes it is unsubscribed at once', async () => {
      const server = await serve();
      const transport = make({ baseURL: server.url });
      await told(transport.connect()).ended;
      const answer = sending(transport);
      answer.subscription.unsubscribe();
      await (await server.connections.at(0)).closed;
      expect([answer.values.all, answer.ends, server.requests.length]).toEqual([[], [], 0]);
    });

    it('should report why no connection could be made', async () => {
      const closed = await serve();
      const refused = await told(make({ baseURL: closed.url.replace(/\d+$/, '1') }).connect()).error;
      expect(isConnectionError(refused) && [refused.sent, refused.reason]).toEqual([false, 'ECONNREFUSED']);
      const other = await serve({ tls: makeCertificate({ host: 'example.com' }) });
      const untrusted = await told(make({ baseURL: other.url }).connect()).error;
      expect(isConnectionError(untrusted) && untrusted.trusted).toBe(false);
    });

    it('should make a connection for a request that is sent as soon as it completes', async () => {
      const server = await serve({ answer: ok });
      const transport = make({ baseURL: server.url });
      const answer = told(
        new Observable((subscriber) => {
          transport.connect().subscribe({
            complete: () => {
              subscriber.add(from(transport.send(chat)).subscribe(subscriber));
            },
          });
        }),
      );
      await answer.ended;
      expect([answer.ends, server.connections.length]).toEqual([[['complete']], 1]);
    });

    it.each([
      ['reset', (socket: Socket) => socket.resetAndDestroy()],
      ['closed', (socket: Socket) => socket.end()],
    ])(
      'should not retry a connection that is %s during the handshake, also for several requests',
      async (_, refuse) => {
        let dialed = 0;
        const server = createServer((socket) => {
          dialed += 1;
          socket.on('error', () => undefined);
          refuse(socket);
        });
        await once(server.listen(0), 'listening');
        onTestFinished(() => void server.close());
        const transport = make({ baseURL: `https://localhost:${(server.address() as AddressInfo).port}`, http2: true });
        const answers = Array.from({ length: 3 }, () => sending(transport));
        for (const answer of answers) expect(await answer.error).toSatisfy(isConnectionError);
        expect(dialed).toBeLessThanOrEqual(3);
      },
    );

    it('should make a single connection over HTTP/2', async () => {
      const server = createSecureServer(tls, (_, response) => response.end('{}'));
      let sessions = 0;
      const versions: unknown[] = [];
      server.on('session', () => {
        sessions += 1;
      });
      server.on('request', ({ httpVersion }) => versions.push(httpVersion));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const transport = make({ baseURL: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, http2: true });
      await told(transport.connect()).ended;
      await Promise.all([sending(transport).ended, sending(transport).ended]);
      await told(transport.connect()).ended;
      await sending(transport).ended;
      expect([sessions, versions]).toEqual([1, ['2.0', '2.0', '2.0']]);
      await transport.close();
      server.close();
      await once(server, 'close');
    });
  });

  describe('connect of a client', () => {
    const clientOf = (options: GroqOptions): Groq => {
      const groq = createGroq({ apiKey: 'gsk_x', limits: false, ...options });
      onTestFinished(() => groq.close());
      return groq;
    };

    it('should make a connection at once, without sending a request', async () => {
      const server = await serve();
      await clientOf({ baseURL: server.url }).connect();
      expect((await server.connections.at(0)).received).toBe('');
    });

    it('should do nothing when the transport cannot connect ahead', async () => {
      const transport = { send: () => EMPTY };
      await expect(clientOf({ transport }).connect()).resolves.toBe(undefined);
    });

    it.each<[string, () => Observable<never>]>([
      [
        'throws',
        () => {
          throw new TypeError('broken');
        },
      ],
      ['fails with', () => throwError(() => new TypeError('broken'))],
    ])('should reject with a connection error for what another transport %s', async (_, connect) => {
      const connecting = clientOf({ transport: { send: () => EMPTY, connect } }).connect();
      const error: unknown = await connecting.catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'GROQ_ERR_CONNECTION', sent: false, cause: { name: 'TypeError' } });
    });

    it('should reject when `timeouts.connect` has passed', async () => {
      const server = await serve();
      const clock = handClock();
      const baseURL = server.url.replace('http:', 'https:');
      const connecting = clientOf({ baseURL, scheduler: clock, timeouts: { connect: 500 } }).connect();
      const connection = await server.connections.at(0);
      clock.advance(500);
      clock.advance(0);
      const error: unknown = await connecting.catch((e: unknown) => e);
      expect(isTimeoutError(error) && [error.phase, error.limit]).toEqual(['connect', 500]);
      await connection.closed;
    });

    it('should reject when the client is closed', async () => {
      const server = await serve();
      const groq = clientOf({ baseURL: server.url.replace('http:', 'https:') });
      const connecting = groq.connect().catch((e: unknown) => e);
      const connection = await server.connections.at(0);
      await groq.close();
      expect(await connecting).toSatisfy(isClosedError);
      await connection.closed;
      expect(await groq.connect().catch((e: unknown) => e)).toSatisfy(isClosedError);
    });
  });

  describe('a body that is longer than `maxResponseBytes`', () => {
    it.each([
      ['one piece', (body: string) => head(200, { 'content-length': body.length }) + body],
      ['pieces', (body: string) => STREAM_HEAD + Array.from(body, (piece) => chunk(piece).toString()).join('')],
    ])('should fail after at most that many bytes, and close its connection: %s', async (_, answer) => {
      const server = await serve({ answer: ({ connection }) => connection.socket.write(answer('0123456789')) });
      const asked = sending(make({ baseURL: server.url, maxResponseBytes: 9 }));
      const error = await asked.error;
      expect(isProtocolError(error) && error.message).toMatch(/^The answer is longer than 9 bytes\./);
      const bytes = asked.values.all.flatMap((event) => (event.type === 'data' ? [...event.bytes] : []));
      expect([0, 9]).toContain(bytes.length);
      await server.connections.all[0]?.closed;
      expect(asked.ends).toHaveLength(1);
    });

    it('should fail after 64 MiB by default', async () => {
      const long = head(200, { 'content-length': 2 ** 26 + 1 });
      const server = await serve({
        answer: ({ connection: { socket } }) => {
          socket.write(long);
          socket.write(Buffer.alloc(2 ** 26 + 1));
        },
      });
      const asked = sending(make({ baseURL: server.url }));
      const error = await asked.error;
      expect(isProtocolError(error) && error.message).toMatch(/^The answer is longer than 67108864 bytes\./);
    });

    it('should not fail at exactly that length', async () => {
      const server = await serve({ answer: ({ connection }) => connection.socket.write(json(200, '0123456')) });
      const asked = sending(make({ baseURL: server.url, maxResponseBytes: 9 }));
      await asked.ended;
      expect(asked.ends).toEqual([['complete']]);
    });
  });

  it('should treat an unsolicited 100 as a lost connection', async () => {
    const server = await serve({
      answer: ({ connection }) => connection.socket.write(`HTTP/1.1 100 Continue\r\n\r\n${json(200, {})}`),
    });
    const error = await sending(make({ baseURL: server.url })).error;
    expect(isConnectionError(error) && [error.sent, error.reason]).toEqual([true, 'UND_ERR_SOCKET']);
  });
});
