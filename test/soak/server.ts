import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { completion, DONE_EVENT, finishEvent, textEvent } from '../util/http.ts';
import { seeded } from '../util/random.ts';

/** The statistics that the server of a soak sends to its parent on request. */
export interface ServerStats {
  readonly requests: number;
  /** How many connections are open. */
  readonly open: number;
}

const random = seeded(Number(process.argv[2] ?? 1));
const sockets = new Set<Socket>();
let requests = 0;

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  requests += 1;
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (piece: string) => {
    body += piece;
  });
  request.on('end', () => {
    answer(body, request, response);
  });
  // Disconnects of the client are expected.
  for (const side of [request, response]) side.on('error', () => undefined);
});
server.on('connection', (socket: Socket) => {
  sockets.add(socket);
  socket.on('error', () => undefined);
  socket.on('close', () => sockets.delete(socket));
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));

process.on('message', () => process.send?.({ requests, open: sockets.size } satisfies ServerStats));
process.on('disconnect', () => {
  process.exit();
});

function answer(body: string, { socket }: IncomingMessage, response: ServerResponse): void {
  const fate = random();
  if (fate < 0.04) {
    response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":{"message":"Try again."}}');
    return;
  }
  if (fate < 0.045) {
    response.writeHead(429, { 'retry-after-ms': '2' }).end('{"error":{"message":"Slow down."}}');
    return;
  }
  if (fate < 0.06) {
    socket.resetAndDestroy();
    return;
  }
  if (!body.includes('"stream":true')) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(completion('Hello.')));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let left = 2 + Math.floor(random() * 6);
  const say = (): void => {
    if (response.destroyed) return;
    if (left-- > 0) {
      response.write(textEvent('Hello '));
      setTimeout(say, random() * 4);
    } else if (fate < 0.08) socket.resetAndDestroy();
    else if (fate < 0.1) response.end();
    // Otherwise it stalls until the client times out.
    else if (fate > 0.11) response.end(finishEvent() + DONE_EVENT);
  };
  say();
}
