import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createSecureServer, type Http2ServerRequest } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { from, take } from 'rxjs';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type ClosableTransport,
  type UndiciTransportConfig,
  undiciTransport,
} from '../../src/adapters/undiciTransport.ts';
import { isConnectionError, isValidationError } from '../../src/errors/guards.ts';
import type { WireEvent, WireRequest } from '../../src/ports/Transport.ts';
import { Arrivals } from '../util/Arrivals.ts';
import { makeCertificate } from '../util/certificate.ts';
import { Child } from '../util/child.ts';
import { chunk, head, json, LAST_CHUNK, STREAM_HEAD, whole } from '../util/http.ts';
import { type RawRequest, rawServers } from '../util/rawServer.ts';
import { type Told, told } from '../util/told.ts';

const KEY = 'gsk_1234567890abcdefghijklmnopqrstuvwxyz';
const chat: WireRequest = { method: 'POST', path: '/chat/completions', body: '{"model":"m"}' };

/** The body of an answer, as text. */
const textOf = (events: readonly WireEvent[]): string =>
  Buffer.concat(events.flatMap((event) => (event.type === 'data' ? [event.bytes] : []))).toString('utf8');

describe('undiciTransport', () => {
  const serve = rawServers();
  const made: ClosableTransport[] = [];
  const warnings: Error[] = [];
  const warn = (warning: Error): void => {
    warnings.push(warning);
  };

  beforeAll(() => {
    process.on('warning', warn);
  });
  afterAll(() => {
    process.off('warning', warn);
  });
  afterEach(async () => {
    await Promise.all(made.splice(0).map((transport) => transport.close()));
    expect(warnings).toEqual([]);
  });

  const make = (config: Partial<UndiciTransportConfig>): ClosableTransport => {
    const transport = undiciTransport({ apiKey: KEY, ...config });
    made.push(transport);
    return transport;
  };
  const sending = (transport: ClosableTransport, request: WireRequest = chat) => told(from(transport.send(request)));
  const ok = ({ connection }: RawRequest): unknown => connection.socket.write(json(200, { ok: true }));

  describe('a request', () => {
    it('should consist of exactly these bytes: the request, the key and the user agent', async () => {
      const server = await serve({ answer: ok });
      const transport = make({ baseURL: `${server.url}/base/path/` });
      const body = '{"messages":[{"role":"user","content":"Grüße 😀"}]}';
      await sending(transport, { method: 'POST', path: '/chat/completions', body }).ended;
      await sending(transport, { method: 'GET', path: '/models' }).ended;
      expect(server.connections.all.map(({ received }) => Buffer.from(received, 'latin1').toString('utf8'))).toEqual([
        [
          'POST /base/path/chat/completions HTTP/1.1',
          `host: 127.0.0.1:${server.port}`,
          'connection: keep-alive',
          `authorization: Bearer ${KEY}`,
          'user-agent: rxgroq',
          'accept-encoding: identity',
          'content-type: application/json',
          `content-length: ${Buffer.byteLength(body)}`,
          '',
          body,
        ].join('\r\n') +
          [
            'GET /base/path/models HTTP/1.1',
            `host: 127.0.0.1:${server.port}`,
            'connection: keep-alive',
            `authorization: Bearer ${KEY}`,
            'user-agent: rxgroq',
            'accept-encoding: identity',
            '',
            '',
          ].join('\r\n'),
      ]);
    });

    it('should have the given content type and bytes', async () => {
      const server = await serve({ answer: ok });
      const contentType = 'multipart/form-data; boundary=x';
      const body = new Uint8Array([0, 255, 13, 10]);
      await sending(make({ baseURL: server.url }), { method: 'POST', path: '/audio', body, contentType }).ended;
      const [connection] = server.connections.all;
      expect(connection?.received).toContain(`\r\ncontent-type: ${contentType}\r\ncontent-length: 4\r\n\r\n\0\xff\r\n`);
    });

    it.each([
      ['', '/openai/v1/models'],
      ['/', '/openai/v1/models'],
      ['/openai/v1', '/openai/v1/models'],
      ['/openai/v1///', '/openai/v1/models'],
      ['/proxy', '/proxy/models'],
    ])('should go below the base URL with the path "%s"', async (base, path) => {
      const server = await serve({ answer: ok });
      await sending(make({ baseURL: server.url + base }), { method: 'GET', path: '/models' }).ended;
      expect(server.requests.all.map((request) => request.path)).toEqual([path]);
    });

    it('should be sent once for each subscription, and not before', async () => {
      const server = await serve({ answer: ok });
      const answer = from(make({ baseURL: server.url }).send(chat));
      expect(server.connections.length).toBe(0);
      await Promise.all([told(answer).ended, told(answer).ended]);
      expect(server.requests.length).toBe(2);
    });

    it('should have the current key when it is sent', async () => {
      const server = await serve({ answer: ok });
      const keys = ['gsk_one', ' gsk_two\n'];
      const transport = make({ baseURL: server.url, apiKey: () => keys.shift() ?? '' });
      const answer = from(transport.send(chat));
      await told(answer).ended;
      await told(answer).ended;
      expect(server.requests.all.map(({ head }) => /^authorization: (.*)$/m.exec(head)?.[1])).toEqual([
        'Bearer gsk_one',
        'Bearer gsk_two',
      ]);
    });

    it('should not be sent without a valid key, nor show an invalid one', async () => {
      const server = await serve({ answer: ok });
      for (const bad of ['', 'gsk_secret\nx: y', 'gsk_sécret', undefined]) {
        const error = await sending(make({ baseURL: server.url, apiKey: () => bad as string })).error;
        expect(isValidationError(error) && error.path).toBe('apiKey');
        expect(String(error)).not.toMatch(/s[eé]cret/);
      }
      expect(() => undiciTransport({ apiKey: 'gsk_secret\r\nx: y' })).toThrow(
        'The options: `apiKey` must be printable ASCII characters without blanks, got other characters.',
      );
      // A variable that is not set, in JavaScript or behind a `!`.
      expect(() => undiciTransport({ apiKey: undefined as unknown as string })).toThrow(
        'The options: `apiKey` must be printable ASCII characters without blanks, got nothing.',
      );
      expect(server.connections.length).toBe(0);
    });

    it('should not follow a redirect', async () => {
      const other = await serve({ answer: ok });
      const server = await serve({
        answer: ({ connection }) =>
          connection.socket.write(whole(307, '', { location: `${other.url}/openai/v1/models` })),
      });
      const answer = sending(make({ baseURL: server.url }));
      await answer.ended;
      expect(answer.values.all.map((event) => (event.type === 'head' ? event.status : event.type))).toEqual([
        'sent',
        307,
      ]);
      expect(other.connections.length).toBe(0);
    });
  });

  describe('the events of an answer', () => {
    it('should be `sent`, then the head and the pieces of the body as they arrive', async () => {
      const server = await serve();
      const answer = sending(make({ baseURL: server.url }));
      const { socket } = (await server.requests.at(0)).connection;
      expect(answer.values.all).toEqual([{ type: 'sent' }]);
      socket.write(head(200, { 'transfer-encoding': 'chunked', 'X-One': 'a', 'x-two': '1\r\nX-Two: 2' }));
      expect(await answer.values.at(1)).toEqual({
        type: 'head',
        status: 200,
        headers: { 'transfer-encoding': 'chunked', 'x-one': 'a', 'x-two': ['1', '2'] },
      });
      socket.write(chunk('one'));
      expect(await answer.values.at(2)).toEqual({ type: 'data', bytes: Buffer.from('one') });
      socket.write(Buffer.concat([chunk('two'), chunk('three')]));
      await answer.values.at(4);
      expect(answer.ends).toEqual([]);
      socket.write(LAST_CHUNK);
      await answer.ended;
      expect(textOf(answer.values.all)).toBe('onetwothree');
      expect(answer.ends).toEqual([['complete']]);
    });

    it('should leave out informational responses', async () => {
      const server = await serve({
        answer: ({ connection }) =>
          connection.socket.write(`HTTP/1.1 102 Processing\r\n\r\n${head(103, { link: '</x>' })}${json(200, 1)}`),
      });
      const answer = sending(make({ baseURL: server.url }));
      await answer.ended;
      expect(answer.values.all.map((event) => (event.type === 'head' ? event.status : event.type))).toEqual([
        'sent',
        200,
        'data',
      ]);
    });
  });

  describe('connections', () => {
    it('should be reused by later requests', async () => {
      const server = await serve({ answer: ok });
      const transport = make({ baseURL: server.url });
      for (let i = 0; i < 20; i++) await sending(transport).ended;
      expect([server.requests.length, server.connections.length]).toEqual([20, 1]);
    });

    it('should be separate for requests in flight, and reused afterwards', async () => {
      const server = await serve();
      const transport = make({ baseURL: server.url });
      const answers = Array.from({ length: 30 }, () => sending(transport));
      await server.requests.at(29);
      expect([server.open, server.connections.length]).toEqual([30, 30]);
      for (const request of server.requests.all) ok(request);
      await Promise.all(answers.map(({ ended }) => ended));
      const again = Array.from({ length: 30 }, () => sending(transport));
      await server.requests.at(59);
      expect(server.connections.length).toBe(30);
      for (const request of server.requests.all.slice(30)) ok(request);
      await Promise.all(again.map(({ ended }) => ended));
    });

    it('should be separate also when a request is made while another one starts', async () => {
      const server = await serve({ answer: (request) => request.path.endsWith('/quick') && ok(request) });
      const transport = make({ baseURL: server.url });
      await sending(transport, { method: 'GET', path: '/quick' }).ended;
      const inner = new Promise<Told<WireEvent>>((resolve) => {
        from(transport.send(chat)).subscribe(({ type }) => {
          if (type === 'sent') resolve(sending(transport, { method: 'GET', path: '/quick' }));
        });
      });
      await (await inner).ended;
      ok(await server.requests.at(1));
      expect([server.requests.length, server.connections.length]).toEqual([3, 2]);
    });

    it('should be shared over HTTP/2, where a cancelled request closes only its stream', async () => {
      const tls = makeCertificate();
      const before = getCACertificates('default');
      setDefaultCACertificates([...before, tls.cert]);
      const requests = new Arrivals<Http2ServerRequest>();
      let sessions = 0;
      const server = createSecureServer(tls, (request, response) => {
        requests.add(request);
        response.writeHead(200);
        if (request.url.endsWith('/slow')) response.write('1');
        else response.end('{}');
      });
      server.on('session', () => {
        sessions += 1;
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const transport = make({ baseURL: `https://127.0.0.1:${port}`, http2: true });

      await Promise.all([1, 2, 3].map(() => sending(transport).ended));
      const slow = sending(transport, { method: 'GET', path: '/slow' });
      await slow.values.at(2);
      const left = await requests.at(3);
      slow.subscription.unsubscribe();
      await once(left.stream, 'close');
      const last = sending(transport);
      await last.ended;

      expect(requests.all.map(({ httpVersion }) => httpVersion)).toEqual(['2.0', '2.0', '2.0', '2.0', '2.0']);
      expect([sessions, slow.ends, last.ends]).toEqual([1, [], [['complete']]]);
      await transport.close();
      server.close();
      setDefaultCACertificates(before);
    });

    it('should not be reused when the server closes them', async () => {
      const server = await serve({
        answer: ({ connection }) => connection.socket.end(json(200, {}, { connection: 'close' })),
      });
      const transport = make({ baseURL: server.url });
      await sending(transport).ended;
      await sending(transport).ended;
      expect(server.connections.length).toBe(2);
    });
  });

  describe('unsubscribing', () => {
    it('should not affect other requests on a shared connection over HTTP/2, whenever it happens', async () => {
      const child = new Child(new URL('cancelOverHttp2.ts', import.meta.url));
      // A child that hangs while writing reacts to no other signal.
      onTestFinished(() => void child.process.kill('SIGKILL'));
      expect(await child.ended).toEqual({ code: 0, signal: null, stdout: '20 rounds\n', stderr: '' });
    }, 20_000);

    it('should close the connection during the TLS handshake', async () => {
      // It accepts the connection and sends nothing.
      const server = await serve();
      const transport = make({ baseURL: server.url.replace('http:', 'https:') });
      const answer = sending(transport);
      const connection = await server.connections.at(0);
      await connection.touched;
      answer.subscription.unsubscribe();
      await connection.closed;
      expect([answer.values.all, answer.ends]).toEqual([[], []]);
      await transport.close();
    });

    it('should close the connection that is being made before anything is sent', async () => {
      const server = await serve({ answer: ok });
      const transport = make({ baseURL: server.url });
      const answer = sending(transport);
      answer.subscription.unsubscribe();
      expect((await sending(transport).error) ?? 'none').toBe('none');
      expect([answer.values.all, answer.ends]).toEqual([[], []]);
      expect(server.requests.length).toBe(1);
      await transport.close();
    });

    it('should close the connection while it waits for the answer', async () => {
      const server = await serve();
      const answer = sending(make({ baseURL: server.url }));
      const { connection } = await server.requests.at(0);
      answer.subscription.unsubscribe();
      await connection.closed;
      expect([answer.values.all, answer.ends]).toEqual([[{ type: 'sent' }], []]);
    });

    it('should close the connection while the body arrives', async () => {
      const server = await serve({
        answer: ({ connection }) => connection.socket.write(Buffer.concat([Buffer.from(STREAM_HEAD), chunk('one')])),
      });
      const answer = sending(make({ baseURL: server.url }));
      await answer.values.at(2);
      answer.subscription.unsubscribe();
      await server.connections.all[0]?.closed;
      expect([answer.values.length, answer.ends]).toEqual([3, []]);
    });

    it('should close the connection from within a notification', async () => {
      const server = await serve({
        answer: ({ connection }) => connection.socket.write(Buffer.concat([Buffer.from(STREAM_HEAD), chunk('one')])),
      });
      const transport = make({ baseURL: server.url });
      for (const count of [1, 2, 3]) {
        const answer = told(from(transport.send(chat)).pipe(take(count)));
        await answer.ended;
        const connection = await server.connections.at(count - 1);
        await connection.closed;
        expect(answer.values.length).toBe(count);
      }
    });

    it('should keep the connection after a whole answer', async () => {
      const server = await serve({ answer: ok });
      const transport = make({ baseURL: server.url });
      const answer = sending(transport);
      await answer.ended;
      answer.subscription.unsubscribe();
      await sending(transport).ended;
      expect(server.connections.length).toBe(1);
    });

    it('should affect only its own request', async () => {
      const server = await serve();
      const transport = make({ baseURL: server.url });
      const answers = Array.from({ length: 10 }, (_, i) => sending(transport, { ...chat, path: `/${i}` }));
      await server.requests.at(9);
      answers[4]?.subscription.unsubscribe();
      const left = server.requests.all.filter(({ path }) => !path.endsWith('/4'));
      await server.requests.all.find(({ path }) => path.endsWith('/4'))?.connection.closed;
      for (const request of left) ok(request);
      await Promise.all(answers.filter((_, i) => i !== 4).map(({ ended }) => ended));
      expect(server.open).toBe(9);
    });
  });

  it('should redact the last hundred keys', () => {
    const keys = Array.from({ length: 102 }, (_, i) => `gsk_${String(i).padStart(8, '0')}`);
    let key = '';
    const transport = make({ baseURL: 'http://127.0.0.1:1', apiKey: () => key });
    for (key of keys) sending(transport).subscription.unsubscribe();
    expect(transport.redact?.(keys.join())).toBe([...keys.slice(0, 2), ...keys.slice(2).map(() => '…')].join());
  });

  describe('keepAlive', () => {
    it.each([20_000, undefined])('should be how long an idle connection is kept: %s', async (keepAlive) => {
      const server = await serve({ answer: ok });
      const transport = make({ baseURL: server.url, keepAlive });
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      onTestFinished(() => void vi.useRealTimers());
      await sending(transport).ended;
      vi.advanceTimersByTime((keepAlive ?? 30_000) - 1);
      await sending(transport).ended;
      expect(server.connections.length).toBe(1);
      vi.advanceTimersByTime(keepAlive ?? 30_000);
      await server.connections.all[0]?.closed;
    });
  });

  describe('close', () => {
    it('should let requests in flight finish, and refuse new ones', async () => {
      const server = await serve();
      const transport = make({ baseURL: server.url });
      const answer = sending(transport);
      const request = await server.requests.at(0);
      const closed = transport.close();
      const error = await sending(transport).error;
      expect(isConnectionError(error) && [error.sent, error.reason]).toEqual([false, 'UND_ERR_CLOSED']);
      ok(request);
      await closed;
      expect(answer.ends).toEqual([['complete']]);
      await request.connection.closed;
    });

    it.each([
      ['after an answer, closed', 'await ended; await transport.close();'],
      ['after an answer, not closed', 'await ended;'],
      [
        'in the middle of an answer, unsubscribed and closed',
        'await sent; subscription.unsubscribe(); await transport.close();',
      ],
      ['in the middle of an answer, unsubscribed and not closed', 'await sent; subscription.unsubscribe();'],
    ])('should not keep the process alive: %s', async (_, steps) => {
      const server = await serve({
        answer: ({ connection }) => {
          // A complete answer only for programs that await its end.
          connection.socket.write(
            steps.startsWith('await ended') ? json(200, {}) : Buffer.concat([Buffer.from(STREAM_HEAD), chunk('one')]),
          );
        },
      });
      const source = JSON.stringify(new URL('../../src/adapters/undiciTransport.ts', import.meta.url).href);
      const program = `
        import { undiciTransport } from ${source};
        process.on('warning', ({ name, message }) => name === 'ExperimentalWarning' || console.log(message));
        const transport = undiciTransport({ apiKey: 'gsk_x', baseURL: '${server.url}' });
        let subscription;
        const { promise: sent, resolve } = Promise.withResolvers();
        const ended = new Promise((complete) => {
          subscription = transport.send({ method: 'GET', path: '/models' })
            .subscribe({ next: ({ type }) => type === 'data' && resolve(), complete });
        });
        ${steps}
        process.on('exit', () => console.log('left:', process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Timeout/.test(name)).join()));
      `;
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      onTestFinished(() => void child.kill());
      const [output, errors, exit] = await Promise.all([
        readText(child.stdout),
        readText(child.stderr),
        once(child, 'exit'),
      ]);
      // An idle connection does not keep the process alive, and a closed one is gone.
      expect([exit, errors]).toEqual([[0, null], '']);
      expect(output).toMatch(steps.includes('close') ? /^left: \n$/ : /^left: \w*\n$/);
    });
  });
});
