import type { Socket } from 'node:net';

/** How often undici asks the other side of a connection over HTTP/2 whether it is still there, in milliseconds. */
export const PING_INTERVAL = 10_000;

/** After how many intervals in which nothing arrived, not even an answer to a ping, a connection is lost. */
const SILENT_INTERVALS = 2;

/**
 * Closes a connection over HTTP/2 when the other side is silent. Its requests share it, so one that times out does not
 * close it; and the system notices only after about a quarter of an hour that nobody is there any more, for example
 * after the computer has slept or has changed its network. Until then every request would time out.
 */
export function closeWhenSilent(socket: Socket): void {
  let read = socket.bytesRead;
  let silent = 0;
  const look = (): void => {
    silent = socket.bytesRead === read ? silent + 1 : 0;
    read = socket.bytesRead;
    if (silent < SILENT_INTERVALS) return;
    socket.destroy(Object.assign(new Error('The other side does not answer.'), { code: 'ETIMEDOUT' }));
  };
  const timer = setInterval(() => {
    // If the event loop was blocked, an answer may be waiting at the socket: it is read before this.
    setImmediate(look);
  }, PING_INTERVAL);
  // A connection without requests does not keep the process alive either.
  timer.unref();
  socket.once('close', () => {
    clearInterval(timer);
  });
}
