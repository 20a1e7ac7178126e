import { createServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inspect } from 'node:util';
import { from } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { type ClosableTransport, undiciTransport } from '../../src/adapters/undiciTransport.ts';
import { isConnectionError, isProtocolError } from '../../src/errors/guards.ts';
import type { WireRequest } from '../../src/ports/Transport.ts';
import { type CertificateOptions, makeCertificate } from '../util/certificate.ts';
import { chunk, head, json, STREAM_HEAD, whole } from '../util/http.ts';
import { type RawConnection, rawServers } from '../util/rawServer.ts';
import { told } from '../util/told.ts';

const KEY = 'gsk_1234567890abcdefghijklmnopqrstuvwxyz';
const SECRET = 'a secret of mine';
const chat: WireRequest = { method: 'POST', path: '/chat/completions', body: JSON.stringify({ prompt: SECRET }) };

/** The fields of an error that programs rely on. */
const gist = (error: unknown): unknown => {
  if (isConnectionError(error)) return { sent: error.sent, trusted: error.trusted, reason: error.reason };
  return isProtocolError(error) ? error.message : error;
};

/** A connection that was lost when the request may have reached the server. */
const lost = (reason: string) => ({ sent: true, trusted: true, reason });

/** A server that was not trusted, so that nothing was sent. */
const untrusted = (reason: string) => ({ sent: false, trusted: false, reason });

const noHttp = (reason?: string): string =>
  `The server does not speak HTTP${reason === undefined ? '' : ` (${reason})`}. Check that the base URL points to Groq and that no proxy changes its answers.`;

describe('undiciTransport, when the network fails', () => {
  const serve = rawServers();
  const made: ClosableTransport[] = [];

  afterEach(async () => {
    await Promise.all(made.splice(0).map((transport) => transport.close()));
  });

  const make = (baseURL: string): ClosableTransport => {
    const transport = undiciTransport({ apiKey: KEY, baseURL });
    made.push(transport);
    return transport;
  };

  /** Sends a request that must fail, and returns the fields of its error and its events. */
  const failing = async (transport: ClosableTransport) => {
    const answer = told(from(transport.send(chat)));
    const error = await answer.error;
    expect(answer.ends).toHaveLength(1);
    // However the error is printed, it shows neither the key nor the request.
    for (const shown of [String(error), inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error)]) {
      expect(shown).not.toContain(KEY);
      expect(shown).not.toContain(SECRET);
    }
    return { told: gist(error), values: answer.values.all.map((event) => event.type) };
  };

  it('should report a refused connection', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const address = closed.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await new Promise((resolve) => closed.close(resolve));
    const transport = make(`http://127.0.0.1:${port ?? 0}`);
    const refused = { sent: false, trusted: true, reason: 'ECONNREFUSED' };
    expect(await failing(transport)).toEqual({ told: refused, values: [] });
    expect(await failing(transport)).toEqual({ told: refused, values: [] });
  });

  it('should report that all the addresses of a name refuse connections', async () => {
    // 127.0.0.1 and ::1 on a machine that has both: Node then fails with an AggregateError.
    const { told } = await failing(make('http://localhost:1'));
    expect(told).toEqual({ sent: false, trusted: true, reason: 'ECONNREFUSED' });
  });

  it('should report an unknown host name', async () => {
    const { told, values } = await failing(make('https://groq.invalid'));
    expect([told, values]).toEqual([
      { sent: false, trusted: true, reason: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) as string },
      [],
    ]);
  });

  it('should report that the request may have been sent when the connection is reset at once', async () => {
    const server = await serve({ accept: ({ socket }) => socket.resetAndDestroy() });
    const { told } = await failing(make(server.url));
    expect(told).toMatchObject({ trusted: true, reason: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) as string });
  });

  const cases: [name: string, answer: (connection: RawConnection) => void, expected: unknown, values: string[]][] = [
    ['the connection is reset', ({ socket }) => socket.resetAndDestroy(), lost('ECONNRESET'), ['sent']],
    ['the connection is closed', ({ socket }) => socket.end(), lost('UND_ERR_SOCKET'), ['sent']],
    ['the head is cut', ({ socket }) => socket.end('HTTP/1.1 200 OK\r\ncont'), lost('UND_ERR_SOCKET'), ['sent']],
    [
      'the body is cut',
      ({ socket }) => socket.end(`${STREAM_HEAD}5\r\none`),
      lost('UND_ERR_SOCKET'),
      ['sent', 'head', 'data'],
    ],
    [
      'the last chunk is missing',
      ({ socket }) => socket.end(STREAM_HEAD + chunk('one').toString()),
      lost('UND_ERR_SOCKET'),
      ['sent', 'head', 'data'],
    ],
    [
      'the body is reset',
      ({ socket }) => socket.write(`${STREAM_HEAD}5\r\none`, () => socket.resetAndDestroy()),
      lost('ECONNRESET'),
      ['sent', 'head', 'data'],
    ],
    [
      'the body is shorter than it says',
      ({ socket }) => socket.end(head(200, { 'content-length': 10 }) + 'short'),
      lost('UND_ERR_SOCKET'),
      ['sent', 'head', 'data'],
    ],
    ['it is not HTTP', ({ socket }) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), noHttp(), ['sent']],
    ['it is nothing but zeros', ({ socket }) => socket.end(Buffer.alloc(100)), noHttp(), ['sent']],
    ['there is no status', ({ socket }) => socket.end('HTTP/1.1 \r\n\r\n'), noHttp(), ['sent']],
    ['a header has no name', ({ socket }) => socket.end('HTTP/1.1 200 OK\r\n: x\r\n\r\n'), noHttp(), ['sent']],
    ['the length is no number', ({ socket }) => socket.end(head(200, { 'content-length': 'ten' })), noHttp(), ['sent']],
    [
      'there are two lengths',
      ({ socket }) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'),
      noHttp('UND_ERR_RES_CONTENT_LENGTH_MISMATCH'),
      ['sent'],
    ],
    [
      'the size of a chunk is no number',
      ({ socket }) => socket.end(`${STREAM_HEAD}xyz\r\none\r\n`),
      noHttp(),
      ['sent', 'head'],
    ],
    [
      'the size of a chunk is negative',
      ({ socket }) => socket.end(`${STREAM_HEAD}-1\r\none\r\n`),
      noHttp(),
      ['sent', 'head'],
    ],
    [
      'the size of a chunk is huge',
      ({ socket }) => socket.end(`${STREAM_HEAD}ffffffffffffffffff\r\none\r\n`),
      noHttp(),
      ['sent', 'head'],
    ],
    [
      'a header is huge',
      ({ socket }) => socket.end(head(200, { x: 'y'.repeat(65_536) })),
      noHttp('UND_ERR_HEADERS_OVERFLOW'),
      ['sent'],
    ],
    [
      'there are many headers',
      ({ socket }) =>
        socket.end(head(200, Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`x-${i}`, 'y'.repeat(20)])))),
      noHttp('UND_ERR_HEADERS_OVERFLOW'),
      ['sent'],
    ],
    [
      // Only undici takes this for an error: a server that was not asked to say so does not.
      'it is told to go on before the answer',
      ({ socket }) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${json(200, {})}`),
      lost('UND_ERR_SOCKET'),
      ['sent'],
    ],
    [
      'it goes over to another protocol',
      ({ socket }) => socket.end(head(101, { upgrade: 'x', connection: 'upgrade' })),
      lost('UND_ERR_SOCKET'),
      ['sent'],
    ],
  ];

  it.each(cases)('should report that %s, once, and serve the next request', async (_, answer, expected, values) => {
    const server = await serve({
      answer: (request) => {
        if (server.requests.length === 1) answer(request.connection);
        else request.connection.socket.write(json(200, {}));
      },
    });
    const transport = make(server.url);
    expect(await failing(transport)).toEqual({ told: expected, values });
    await server.connections.all[0]?.closed;
    const next = told(from(transport.send(chat)));
    await next.ended;
    expect(next.ends).toEqual([['complete']]);
    expect(server.connections.length).toBe(2);
  });

  it('should not take bytes after a whole answer for the next answer', async () => {
    const server = await serve({
      answer: ({ connection }) =>
        connection.socket.write(json(200, server.requests.length) + json(200, 'not asked for')),
    });
    const transport = make(server.url);
    for (const expected of ['1', '2', '3']) {
      const answer = told(from(transport.send(chat)));
      await answer.ended;
      const bodies = answer.values.all.flatMap((event) =>
        event.type === 'data' ? [Buffer.from(event.bytes).toString()] : [],
      );
      expect([bodies, answer.ends]).toEqual([[expected], [['complete']]]);
    }
    expect(server.connections.length).toBe(3);
  });

  it('should make a new connection when the server has closed the idle one', async () => {
    const server = await serve({ answer: ({ connection }) => connection.socket.end(json(200, {})) });
    const transport = make(server.url);
    for (const index of [0, 1, 2]) {
      const answer = told(from(transport.send(chat)));
      await answer.ended;
      expect(answer.ends).toEqual([['complete']]);
      await (await server.connections.at(index)).closed;
    }
    expect(server.connections.length).toBe(3);
  });

  describe('with TLS', () => {
    const before = getCACertificates('default');
    afterEach(() => {
      setDefaultCACertificates(before);
    });

    /** A server with a self-signed certificate, trusted or not. */
    const secure = async ({ trusted, ...options }: CertificateOptions & { trusted: boolean }) => {
      const tls = makeCertificate(options);
      if (trusted) setDefaultCACertificates([...before, tls.cert]);
      return serve({ tls, answer: ({ connection }) => connection.socket.write(json(200, {})) });
    };

    it('should send to a trusted server', async () => {
      const server = await secure({ trusted: true });
      const transport = make(server.url);
      const answer = told(from(transport.send(chat)));
      await answer.ended;
      expect(answer.ends).toEqual([['complete']]);
      await told(from(transport.send(chat))).ended;
      expect([server.requests.length, server.connections.length]).toEqual([2, 1]);
    });

    it('should close the connection of a cancelled request', async () => {
      const tls = makeCertificate();
      setDefaultCACertificates([...before, tls.cert]);
      const server = await serve({ tls });
      const answer = told(from(make(server.url).send(chat)));
      const { connection } = await server.requests.at(0);
      answer.subscription.unsubscribe();
      await connection.closed;
      expect(answer.ends).toEqual([]);
    });

    it.each<[string, CertificateOptions & { trusted: boolean }, string]>([
      ['that signs itself', { trusted: false }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      ['of another host', { trusted: true, host: 'api.groq.com' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
      ['that has expired', { trusted: true, validTo: new Date('2021-01-01') }, 'CERT_HAS_EXPIRED'],
      ['that is not valid yet', { trusted: true, validFrom: new Date('2048-01-01') }, 'CERT_NOT_YET_VALID'],
    ])('should send nothing to a server with a certificate %s', async (_, options, reason) => {
      const server = await secure(options);
      const { told, values } = await failing(make(server.url));
      expect([told, values]).toEqual([untrusted(reason), []]);
      expect(server.connections.all.map(({ received }) => received).join('')).toBe('');
    });

    it('should report a server that speaks plain HTTP to an https URL', async () => {
      const server = await serve({ accept: ({ socket }) => socket.end(whole(400, 'The plain HTTP request was sent')) });
      const { told, values } = await failing(make(server.url.replace('http:', 'https:')));
      expect(told).toMatchObject({
        sent: false,
        trusted: false,
        reason: expect.stringMatching(/^(EPROTO|ERR_SSL_)/) as string,
      });
      expect(values).toEqual([]);
      expect(server.connections.all[0]?.received).not.toContain(KEY);
    });

    it('should report a server that speaks TLS to an http URL', async () => {
      const server = await serve({ tls: makeCertificate() });
      const { told } = await failing(make(server.url.replace('https:', 'http:')));
      expect([noHttp(), lost('ECONNRESET'), lost('UND_ERR_SOCKET')]).toContainEqual(told);
    });

    it('should report that nothing was sent when the handshake is cut', async () => {
      const server = await serve();
      const answer = failing(make(server.url.replace('http:', 'https:')));
      const connection = await server.connections.at(0);
      await connection.touched;
      connection.socket.resetAndDestroy();
      expect(await answer).toEqual({ told: { sent: false, trusted: true, reason: 'ECONNRESET' }, values: [] });
    });
  });
});
