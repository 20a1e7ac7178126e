import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { Arrivals } from './Arrivals.ts';

/** A request as it came over the wire, with the connection on which to answer. */
export interface RawRequest {
  readonly connection: RawConnection;
  /** Everything before the body, without the empty line. */
  readonly head: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** A connection that a server has accepted. */
export interface RawConnection {
  readonly socket: Socket;
  /** All bytes received. */
  readonly received: string;
  /** Settles when the connection is closed by either side. */
  readonly closed: Promise<void>;
  /** Settles when the first bytes are received. */
  readonly touched: Promise<void>;
}

/** A server that only parses where a request ends; a test writes the answers. */
export interface RawServer {
  readonly port: number;
  /** Its origin, without a slash at the end. */
  readonly url: string;
  readonly connections: Arrivals<RawConnection>;
  readonly requests: Arrivals<RawRequest>;
  /** How many connections are open. */
  readonly open: number;
}

/** How a {@link RawServer} behaves. */
export interface RawServerOptions {
  /** Makes the server speak TLS. */
  readonly tls?: TlsOptions;
  /** Called with each connection, before anything is received. */
  readonly accept?: (connection: RawConnection) => void;
  /** Called with each request. */
  readonly answer?: (request: RawRequest) => void;
}

/** Starts a server on a free port of this machine. */
export async function startRawServer({ tls, accept, answer }: RawServerOptions = {}): Promise<{
  server: RawServer;
  stop: () => Promise<void>;
}> {
  const connections = new Arrivals<RawConnection>();
  const requests = new Arrivals<RawRequest>();
  const sockets = new Set<Socket>();

  const connected = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    // Resets by the client are expected.
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    const connection = read(socket, (request) => {
      requests.add(request);
      answer?.(request);
    });
    connections.add(connection);
    accept?.(connection);
  };

  const listener = tls === undefined ? createServer(connected) : createTlsServer(tls, connected);
  listener.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;

  return {
    server: {
      port,
      url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
      connections,
      requests,
      get open() {
        return sockets.size;
      },
    },
    stop: () =>
      new Promise((resolve) => {
        listener.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Reads a connection, and splits its bytes into requests. */
function read(socket: Socket, whole: (request: RawRequest) => void): RawConnection {
  let received = '';
  // The start of the current request.
  let start = 0;
  const connection: RawConnection = {
    socket,
    get received() {
      return received;
    },
    closed: new Promise((resolve) => {
      socket.once('close', () => {
        resolve();
      });
    }),
    touched: new Promise((resolve) => {
      socket.once('data', () => {
        resolve();
      });
    }),
  };
  // One character for each byte, so that lengths are those of the wire.
  socket.setEncoding('latin1');
  socket.on('data', (piece: string) => {
    received += piece;
    for (let end = received.indexOf('\r\n\r\n', start); end >= 0; end = received.indexOf('\r\n\r\n', start)) {
      const head = received.slice(start, end);
      const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
      if (received.length < end + 4 + length) return;
      const [method = '', path = ''] = head.split(' ', 2);
      const body = Buffer.from(received.slice(end + 4, end + 4 + length), 'latin1').toString('utf8');
      start = end + 4 + length;
      whole({ connection, head, method, path, body });
    }
  });
  return connection;
}
