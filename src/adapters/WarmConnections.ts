import type { Socket } from 'node:net';
import { Observable } from 'rxjs';
import { connectionFailure } from '../rules/failures/connectionFailure.ts';

/** Starts to open a connection, and calls back when it is open. */
export type Dial = (done: (error: Error | null, socket: Socket | null) => void) => unknown;

/** Connections that were opened ahead for future requests. */
export class WarmConnections {
  /** Also those that were lost and are about to be closed. */
  readonly #idle = new Set<Socket>();
  /** The connections that are being opened. */
  readonly #dialed = new Set<Socket>();
  readonly #keepAlive: number;

  /** @param keepAlive How long an unused connection is kept, in milliseconds. */
  constructor(keepAlive: number) {
    this.#keepAlive = keepAlive;
  }

  get size(): number {
    return this.#open.length;
  }

  /** Opens a connection, and completes when it is open. Unsubscribing aborts it. */
  open(dial: Dial): Observable<never> {
    return new Observable((subscriber) => {
      // From then on it is idle, or of whoever has taken it.
      let isOpen = false;
      const dialed = dial((error, socket) => {
        if (error !== null || socket === null) subscriber.error(connectionFailure(error, false));
        else if (subscriber.closed) socket.destroy();
        else {
          isOpen = true;
          this.#keep(socket);
          subscriber.complete();
        }
      });
      this.#dialed.add(dialed as Socket);
      return () => {
        const socket = dialed as Socket;
        this.#dialed.delete(socket);
        if (!isOpen) socket.destroy();
      };
    });
  }

  /** Removes and returns the oldest open connection. */
  take(): Socket | undefined {
    const [socket] = this.#open;
    if (socket === undefined) return undefined;
    this.#idle.delete(socket);
    socket.setTimeout(0);
    socket.off('timeout', destroy);
    return socket.ref();
  }

  close(): void {
    for (const socket of this.#idle) socket.destroy();
    // A pending `open` must get an error.
    for (const socket of this.#dialed) socket.destroy(Object.assign(new Error('closed'), { code: 'UND_ERR_CLOSED' }));
  }

  get #open(): readonly Socket[] {
    return [...this.#idle].filter(({ destroyed }) => !destroyed);
  }

  #keep(socket: Socket): void {
    this.#idle.add(socket);
    socket.once('close', () => this.#idle.delete(socket));
    socket.setTimeout(this.#keepAlive);
    socket.on('timeout', destroy);
    // No caller waits for it.
    socket.unref();
  }
}

function destroy(this: Socket): void {
  this.destroy();
}
