/** Cancels requests on a shared connection, in a separate process, since this has been seen to hang. */

import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setDefaultCACertificates } from 'node:tls';
import { createGroq } from 'rxgroq';
import { makeCertificate } from '../util/certificate.ts';

const ROUNDS = 20;

const certificate = makeCertificate();
setDefaultCACertificates([certificate.cert]);
const server = createSecureServer(certificate, (request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"choices":[{"index":0,"delta":{"content":"Hello"}}]}\n\n');
    setImmediate(() =>
      response.end('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'),
    );
  });
});
await once(server.listen(0, '127.0.0.1'), 'listening');

const baseURL = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
const groq = createGroq({ baseURL, apiKey: 'any', http2: true, limits: false });
const answered = (): Promise<void> => groq.ask('Hello').forEach(() => undefined);
await answered();
for (let round = 0; round < ROUNDS; round += 1) {
  const left = Array.from({ length: 3 }, () => groq.ask('Hello').subscribe());
  const other = answered();
  // From a timer, when their frames are queued but not written yet.
  await new Promise((resolve) => setTimeout(resolve, round % 3));
  for (const subscription of left) subscription.unsubscribe();
  await other;
}
await groq.close();
server.close();
console.log(`${ROUNDS} rounds`);
