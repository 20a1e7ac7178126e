import { Socket } from 'node:net';
import { Observable, type Subscriber } from 'rxjs';
import { buildConnector, type Dispatcher, Pool } from 'undici';
import type { WireHeaders } from '../model/WireHeaders.ts';
import type { Transport, WireEvent, WireRequest } from '../ports/Transport.ts';
import { checkApiKey } from '../rules/apiKey.ts';
import { GROQ_URL, parseBaseUrl } from '../rules/baseUrl.ts';
import { connectionFailure } from '../rules/connectionFailure.ts';

/** Where requests go, and as whom. */
export interface UndiciTransportConfig {
  /** The key, or what gives it when a request is sent. */
  readonly apiKey: string | (() => string);
  /**
   * Where the API is. One without a path gets `/openai/v1`.
   *
   * @default 'https://api.groq.com/openai/v1'
   */
  readonly baseURL?: string | undefined;
  /**
   * For how long an idle connection is kept for the next request, in milliseconds.
   *
   * @default 30_000
   */
  readonly keepAlive?: number | undefined;
  /**
   * Whether to offer HTTP/2 to the server.
   *
   * @default false
   */
  readonly http2?: boolean | undefined;
}

/** A transport that holds connections. */
export interface ClosableTransport extends Transport {
  /** Closes the idle connections at once and the others when their requests have ended. It may be called again. */
  close(): Promise<void>;
}

/**
 * Sends requests over connections that undici keeps, one for each request in flight.
 *
 * Unsubscribing closes the connection of the request, whatever it is doing. Redirects are not followed and no timeout
 * is its own: {@link timeouts} goes around it.
 *
 * ```ts
 * const transport = undiciTransport({ apiKey: process.env['GROQ_API_KEY'] ?? '' });
 * ```
 *
 * @throws {ValidationError} when the key or the base URL cannot be used.
 */
export function undiciTransport(config: UndiciTransportConfig): ClosableTransport {
  return new UndiciTransport(config);
}

const USER_AGENT = 'rxgroq';

class UndiciTransport implements ClosableTransport {
  readonly #path: string;
  readonly #pool: Pool;
  readonly #headers: () => string[];
  /** The exchange that is being dispatched, to which a new connection belongs. */
  #dispatching: Exchange | undefined;
  #closed: Promise<void> | undefined;

  constructor({ apiKey, baseURL = GROQ_URL, keepAlive = 30_000, http2 = false }: UndiciTransportConfig) {
    const { origin, path } = parseBaseUrl(baseURL);
    const fixed = typeof apiKey === 'string' ? checkApiKey(apiKey) : undefined;
    const keyOf = typeof apiKey === 'string' ? () => fixed : () => checkApiKey(apiKey());
    this.#headers = () => [
      'authorization',
      `Bearer ${keyOf() ?? ''}`,
      // Cloudflare refuses some clients that do not name themselves.
      'user-agent',
      USER_AGENT,
      'accept-encoding',
      'identity',
    ];
    // undici hands out a socket only when it is connected, although its connector returns it at once.
    const connect: (...args: Parameters<buildConnector.connector>) => unknown = buildConnector({
      timeout: 0,
      allowH2: http2,
    });
    this.#path = path;
    this.#pool = new Pool(origin, {
      allowH2: http2,
      keepAliveTimeout: keepAlive,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, callback) => {
        const socket = connect(options, callback);
        if (socket instanceof Socket) this.#dispatching?.connecting(socket);
      },
    });
  }

  send(request: WireRequest): Observable<WireEvent> {
    return new Observable((subscriber) => {
      const { method, path, body = null, contentType = 'application/json' } = request;
      const headers = this.#headers();
      if (body !== null) headers.push('content-type', contentType);
      const exchange = new Exchange(subscriber);
      this.#dispatching = exchange;
      try {
        this.#pool.dispatch({ method, path: this.#path + path, headers, body }, exchange);
      } finally {
        this.#dispatching = undefined;
      }
      return () => {
        exchange.abort();
      };
    });
  }

  close(): Promise<void> {
    // undici takes it ill to be closed twice.
    return (this.#closed ??= this.#pool.close());
  }
}

const SENT: WireEvent = { type: 'sent' };

/** One request and its answer, as undici tells of it. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #subscriber: Subscriber<WireEvent>;
  #controller: Dispatcher.DispatchController | undefined;
  #socket: Socket | undefined;
  #ended = false;

  constructor(subscriber: Subscriber<WireEvent>) {
    this.#subscriber = subscriber;
  }

  /** A connection is being made for this request alone. */
  connecting(socket: Socket): void {
    this.#socket = socket;
  }

  abort(): void {
    if (this.#ended) return;
    this.#ended = true;
    const reason = new Error('unsubscribed');
    // Before its request has started undici knows of nothing to abort, and goes on connecting. It has to hear of an
    // error: otherwise it waits for the connection for ever, and cannot be closed.
    if (this.#controller === undefined) this.#socket?.destroy(reason);
    else this.#controller.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ended) controller.abort(new Error('unsubscribed'));
    else this.#subscriber.next(SENT);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: WireHeaders): void {
    // 1xx only announces what is to come.
    if (status >= 200) this.#subscriber.next({ type: 'head', status, headers });
  }

  onResponseData(_: Dispatcher.DispatchController, bytes: Uint8Array): void {
    this.#subscriber.next({ type: 'data', bytes });
  }

  onResponseEnd(): void {
    this.#ended = true;
    // undici has the connection back when the turn is over. Whoever asks for the next thing as soon as they hear of the
    // end would otherwise get a new one.
    queueMicrotask(() =>
      setImmediate(() => {
        this.#subscriber.complete();
      }),
    );
  }

  onResponseError(_: unknown, error: Error): void {
    this.#ended = true;
    this.#subscriber.error(connectionFailure(error, this.#controller !== undefined));
  }
}
