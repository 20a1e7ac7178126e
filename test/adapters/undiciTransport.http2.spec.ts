import { createSecureServer } from 'node:http2';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { from } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { PING_INTERVAL } from '../../src/adapters/closeWhenSilent.ts';
import { type ClosableTransport, undiciTransport } from '../../src/adapters/undiciTransport.ts';
import { isConnectionError } from '../../src/errors/guards.ts';
import type { WireRequest } from '../../src/ports/Transport.ts';
import { told } from '../util/told.ts';
import { trustedCertificate } from '../util/trustedCertificate.ts';

const chat: WireRequest = { method: 'POST', path: '/chat/completions', body: '{"model":"m"}' };

describe('undiciTransport over HTTP/2', () => {
  const tls = trustedCertificate();

  const listen = async (server: Server): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return (server.address() as AddressInfo).port;
  };
  const make = (port: number): ClosableTransport => {
    const transport = undiciTransport({ apiKey: 'gsk_x', baseURL: `https://127.0.0.1:${port}`, http2: true });
    onTestFinished(() => transport.close());
    return transport;
  };
  const sending = (transport: ClosableTransport) => told(from(transport.send(chat)));

  it('should send a request on a new connection when nobody answers on the old one any more', async () => {
    const port = await listen(createSecureServer(tls, (_, response) => response.end('{}')));
    const connections: (readonly [Socket, Socket])[] = [];
    const between = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      connections.push([near.pipe(far).pipe(near), far]);
      near.on('close', () => far.destroy()).on('error', () => undefined);
      far.on('error', () => undefined);
    });
    const transport = make(await listen(between));
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    await sending(transport).ended;

    for (const [near, far] of connections) near.unpipe(far).resume();
    const lost = sending(transport);
    onTestFinished(() => {
      lost.subscription.unsubscribe();
    });
    await lost.values.at(0);
    for (let interval = 0; interval < 5; interval += 1) {
      vi.advanceTimersByTime(PING_INTERVAL);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(lost.ends.length).toBe(1);
    const error = await lost.error;
    expect(isConnectionError(error) && [error.sent, error.reason]).toEqual([true, 'ETIMEDOUT']);
    const next = sending(transport);
    await next.ended;
    expect([next.ends, connections.length]).toEqual([[['complete']], 2]);
  });
});
