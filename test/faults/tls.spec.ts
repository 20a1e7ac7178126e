import type { Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { concat } from 'rxjs';
import { afterEach, describe, expect, vi } from 'vitest';
import { type Certificate, makeCertificate } from '../util/certificate.ts';
import { chunk, whole } from '../util/http.ts';
import { startRawServer } from '../util/rawServer.ts';
import { BEGUN, refusal, two, well, writes } from './answers.ts';
import { type Pass, startBetween } from './Between.ts';
import { type Fault, KEY, ONE, type Reach, request, testFaults } from './harness.ts';

const before = getCACertificates('default');
const good = makeCertificate();
const expired = makeCertificate({ validTo: new Date('2021-01-01') });
const ofOthers = makeCertificate({ host: 'api.groq.com' });

/** The server receives no request, and there is no retry. */
const untrusted = (reason: string | RegExp) => ({
  requests: 0,
  outcomes: ['unsent'] as const,
  error: {
    code: 'GROQ_ERR_CONNECTION',
    sent: false,
    trusted: false,
    reason: typeof reason === 'string' ? reason : (expect.stringMatching(reason) as string),
  },
});

/** Trusts this certificate, and none of the other test certificates, which have the same name. */
const trusting =
  ({ cert }: Certificate, url: Reach = (server) => server.url): Reach =>
  (...how) => {
    setDefaultCACertificates([...before, cert]);
    return url(...how);
  };

/** Reaches the server through an unreliable proxy. */
const through =
  (pass: Pass): Reach =>
  async (server, ended) => {
    const between = await startBetween(server.port, pass);
    ended(between.stop);
    return `https://127.0.0.1:${between.port}`;
  };

/** Ends a connection within a record. */
const ends = (client: Socket, record: Buffer): unknown => client.end(record.subarray(0, 10));

/** Corrupts a record, and continues. */
const garbles = (client: Socket, record: Buffer): unknown =>
  client.write(Buffer.concat([record.subarray(0, -1), Buffer.from([~(record.at(-1) ?? 0)])]));

/** A proxy on whose connections this happens to a record, once it is activated. */
function cutting(how: (client: Socket, record: Buffer) => unknown): { url: Reach; cut: () => void } {
  let isCut = false;
  const url = through((client, { on }) => {
    const server = on();
    server.unpipe(client);
    server.resume().on('data', (data: Buffer) => {
      if (isCut) how(client, data);
      else client.write(data);
    });
  });
  return {
    url,
    cut: () => {
      isCut = true;
    },
  };
}

const early = cutting(ends);
const later = cutting(ends);
const garbled = cutting(garbles);

const secured: readonly Fault[] = [
  {
    id: '13a',
    what: 'a certificate that signs itself',
    tls: makeCertificate(),
    ...untrusted('DEPTH_ZERO_SELF_SIGNED_CERT'),
  },
  {
    id: '13b',
    what: 'a certificate of another host',
    tls: ofOthers,
    url: trusting(ofOthers),
    ...untrusted('ERR_TLS_CERT_ALTNAME_INVALID'),
  },
  {
    id: '13c',
    what: 'a certificate that has expired',
    tls: expired,
    url: trusting(expired),
    ...untrusted('CERT_HAS_EXPIRED'),
  },
  {
    id: '14a',
    what: 'a connection that is cut within the first record of the answer',
    tls: good,
    url: trusting(good, early.url),
    answer: (asked) => {
      early.cut();
      well(asked);
    },
    options: { retry: { count: 0 } },
    outcomes: ['unknown'],
    error: { code: 'GROQ_ERR_CONNECTION', sent: true, trusted: true },
  },
  {
    id: '14b',
    what: 'a connection that is cut within a record after the first token',
    tls: good,
    url: trusting(good, later.url),
    answer: writes(BEGUN),
    play: async ({ asked, server }) => {
      await asked.values.at(0);
      later.cut();
      (await server.requests.at(0)).connection.socket.write(chunk(two));
    },
    text: ONE,
    outcomes: ['unknown'],
    error: { code: 'GROQ_ERR_TRUNCATED_STREAM', partial: { text: ONE } },
  },
  {
    id: '14c',
    what: 'a handshake that hangs when a second connection is made',
    tls: good,
    url: trusting(
      good,
      through((_, { index, on }) => {
        if (index === 0) on();
      }),
    ),
    answer: ({ connection }) =>
      connection.socket.end(whole(200, '{"choices":[{"message":{}}]}', { connection: 'close' })),
    ask: (groq, call) => concat(groq.complete(request, call), groq.complete(request, { ...call, retry: { count: 0 } })),
    play: async ({ asked, clock, server }) => {
      await asked.values.at(0);
      await (await server.connections.at(0)).closed;
      await clock.idle();
      clock.advance(10_000);
    },
    outcomes: ['unknown', 'unsent'],
    error: { code: 'GROQ_ERR_TIMEOUT', phase: 'connect' },
  },
  {
    id: '14d',
    what: 'a record that is not as it was sent, on a connection that stays open',
    tls: good,
    url: trusting(good, garbled.url),
    answer: (asked) => {
      garbled.cut();
      well(asked);
    },
    options: { retry: { count: 0 } },
    outcomes: ['unknown'],
    error: {
      code: 'GROQ_ERR_CONNECTION',
      sent: true,
      trusted: true,
      reason: expect.stringMatching(/^(EPROTO|ERR_SSL_)/) as string,
    },
  },
  {
    id: '15a',
    what: 'plain HTTP where TLS is spoken to',
    url: ({ port }) => `https://127.0.0.1:${port}`,
    accept: ({ socket }) => socket.end(whole(400, 'The plain HTTP request was sent to an HTTPS port')),
    ...untrusted(/^(EPROTO|ERR_SSL_)/),
    after: ({ server }) => {
      expect(server.connections.all[0]?.received).not.toContain(KEY);
    },
  },
];

/** The proxy settings in the environment are ignored, so that the key is not sent to a proxy. */
const proxied: readonly Fault[] = [
  {
    id: '16a',
    what: 'a proxy in the environment',
    answer: well,
    url: async (server, ended) => {
      const proxy = await startRawServer();
      vi.stubEnv('HTTP_PROXY', proxy.server.url);
      vi.stubEnv('HTTPS_PROXY', proxy.server.url);
      vi.stubEnv('http_proxy', proxy.server.url);
      ended(async () => {
        expect(proxy.server.connections.length).toBe(0);
        await proxy.stop();
      });
      return server.url;
    },
    pooled: 1,
  },
  {
    id: '16b',
    what: 'a gateway that wants to know who asks',
    answer: writes(refusal(407)),
    outcomes: ['used'],
    pooled: 1,
    error: { code: 'GROQ_ERR_HTTP', status: 407 },
  },
  {
    id: '16c',
    what: 'a gateway that does not reach the server',
    answer: writes(refusal(502)),
    requests: 2,
    outcomes: ['unknown', 'unknown'],
    pooled: 1,
    error: { code: 'GROQ_ERR_HTTP', status: 502 },
  },
];

describe('TLS and proxies', () => {
  afterEach(() => {
    setDefaultCACertificates(before);
    vi.unstubAllEnvs();
  });
  testFaults([...secured, ...proxied]);
});
