import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { EMPTY, type Observable } from 'rxjs';
import { buildConnector } from 'undici/index.js';
import { closeWhenSilent } from './closeWhenSilent.ts';
import { WarmConnections } from './WarmConnections.ts';

/** Options of a {@link Connector}. */
interface ConnectorConfig {
  readonly origin: string;
  /** How long a connection that was opened ahead is kept, in milliseconds. */
  readonly keepAlive: number;
  readonly http2: boolean;
}

/** Is notified of the socket of each connection that undici asks for: it is new, or was opened ahead. */
type Opening = (socket: Socket, isNew: boolean) => void;

/** undici passes on a socket only when it is connected, although its connector returns it at once. */
type Open = (options: buildConnector.Options, callback: buildConnector.Callback) => unknown;

/** Opens the connections to one server: ahead, or when undici asks for them. */
export class Connector {
  readonly #warm: WarmConnections;
  readonly #opening: Opening;
  readonly #target: buildConnector.Options;
  readonly #open: Open;
  /** The errors of connections that were never made. */
  readonly #errors = new WeakSet<Error>();

  constructor({ origin, keepAlive, http2 }: ConnectorConfig, opening: Opening) {
    const { protocol, host, hostname, port } = new URL(origin);
    // A URL has an IPv6 address in brackets, but a lookup needs it without.
    this.#target = { protocol, host, hostname: hostname.replace(/^\[|\]$/g, ''), port };
    this.#open = buildConnector({ timeout: 0, allowH2: http2 });
    this.#warm = new WarmConnections(keepAlive);
    this.#opening = opening;
  }

  /** Connects for undici, if possible by a connection that was opened ahead. */
  readonly connect = (options: buildConnector.Options, callback: buildConnector.Callback): void => {
    const opened = this.#watching(callback);
    const warm = this.#warm.take();
    const socket = warm ?? this.#dial(options, opened);
    if (socket instanceof Socket) this.#opening(socket, warm === undefined);
    if (warm === undefined) return;
    queueMicrotask(() => {
      if (warm.destroyed) callback(new Error('unsubscribed'), null);
      else opened(null, warm);
    });
  };

  /** Opens a connection ahead, unless there is one, and completes when it is open. Unsubscribing aborts it. */
  openAhead(): Observable<never> {
    if (this.#warm.size > 0) return EMPTY;
    return this.#warm.open((done) =>
      this.#dial(this.#target, (error, socket) => {
        done(error, socket);
      }),
    );
  }

  /** Whether an error is that of a connection that was never made. */
  failedWith(error: Error): boolean {
    return this.#errors.has(error);
  }

  /** Closes the connections that were opened ahead. */
  close(): void {
    this.#warm.close();
  }

  #dial(options: buildConnector.Options, callback: buildConnector.Callback): unknown {
    const socket = this.#open(options, callback);
    // Node keeps a socket open whose TLS has failed after the handshake, and undici would wait for it to close.
    if (socket instanceof Socket) socket.on('error', destroy);
    return socket;
  }

  /**
   * Notes the error of a connection before undici hands it to all requests that wait for that, and watches one that is
   * shared from when undici pings it.
   */
  #watching(callback: buildConnector.Callback): buildConnector.Callback {
    return (...result) => {
      const [error, socket] = result;
      if (error !== null) this.#errors.add(error);
      else if (socket instanceof TLSSocket && socket.alpnProtocol === 'h2') closeWhenSilent(socket);
      callback(...result);
    };
  }
}

function destroy(this: Socket, error: Error): void {
  this.destroy(error);
}
