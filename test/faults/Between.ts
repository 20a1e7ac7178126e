import { connect, createServer, type Socket } from 'node:net';

/** What a {@link startBetween} does with a connection. */
export type Pass = (client: Socket, connection: { readonly index: number; readonly on: () => Socket }) => void;

/**
 * Starts what stands between a client and a server, where connections can be cut or swallowed.
 *
 * @param port Of the server.
 * @param pass Is told of each connection, with what passes it on.
 */
export async function startBetween(port: number, pass: Pass): Promise<{ port: number; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const kept = (socket: Socket): Socket => {
    sockets.add(socket);
    // What either side does to its connection is no failure here.
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  let count = 0;
  const listener = createServer((client) => {
    kept(client);
    const on = (): Socket => {
      const server = kept(connect(port, '127.0.0.1'));
      client.pipe(server).pipe(client);
      client.on('close', () => server.destroy());
      server.on('close', () => client.destroy());
      return server;
    };
    pass(client, { index: count++, on });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    stop: () =>
      new Promise((resolve) => {
        listener.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}
