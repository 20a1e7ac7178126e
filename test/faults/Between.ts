import { connect, createServer, type Socket } from 'node:net';

/** Handles a connection of {@link startBetween}. */
export type Pass = (client: Socket, connection: { readonly index: number; readonly on: () => Socket }) => void;

/**
 * Starts a proxy between a client and a server that can cut or block connections.
 *
 * @param port Of the server.
 * @param pass Called with each connection, and a function that connects it to the server.
 */
export async function startBetween(port: number, pass: Pass): Promise<{ port: number; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const kept = (socket: Socket): Socket => {
    sockets.add(socket);
    // Resets by either side are expected.
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
