import type { Socket } from 'node:net';
import { Observable } from 'rxjs';
import { connectionFailure } from '../rules/failures/connectionFailure.ts';

/** Begins to make a connection, and tells when it is there. */
export type Dial = (done: (error: Error | null, socket: Socket | null) => void) => unknown;

/** Connections that were made ahead, for requests that are still to come. */
export class WarmConnections {
  readonly #idle = new Set<Socket>();
  /** Those that are being made. */
  readonly #dialed = new Set<Socket>();
  readonly #keepAlive: number;

  /** @param keepAlive For how long one is kept that nobody takes, in milliseconds. */
  constructor(keepAlive: number) {
    this.#keepAlive = keepAlive;
  }

  get size(): number {
    return this.#idle.size;
  }

  /** Makes one, and completes when it is there. Unsubscribing gives it up. */
  open(dial: Dial): Observable<never> {
    return new Observable((subscriber) => {
      const dialed = dial((error, socket) => {
        if (error !== null || socket === null) subscriber.error(connectionFailure(error, false));
        else if (subscriber.closed) socket.destroy();
        else {
          this.#keep(socket);
          subscriber.complete();
        }
      });
      this.#dialed.add(dialed as Socket);
      return () => {
        const socket = dialed as Socket;
        this.#dialed.delete(socket);
        if (!this.#idle.has(socket)) socket.destroy();
      };
    });
  }

  /** The one that was made first and is still open. It belongs to the one who takes it. */
  take(): Socket | undefined {
    const [socket] = this.#idle;
    if (socket === undefined) return undefined;
    this.#idle.delete(socket);
    socket.setTimeout(0);
    socket.off('timeout', destroy);
    return socket.ref();
  }

  close(): void {
    for (const socket of this.#idle) socket.destroy();
    // Whoever waits for one has to hear of an error.
    for (const socket of this.#dialed) socket.destroy(Object.assign(new Error('closed'), { code: 'UND_ERR_CLOSED' }));
  }

  #keep(socket: Socket): void {
    this.#idle.add(socket);
    socket.once('close', () => this.#idle.delete(socket));
    socket.setTimeout(this.#keepAlive);
    socket.on('timeout', destroy);
    // Nobody waits for it.
    socket.unref();
  }
}

function destroy(this: Socket): void {
  this.destroy();
}
