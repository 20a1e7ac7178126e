import { EMPTY, Observable, throwError } from 'rxjs';
import { Pool } from 'undici/index.js';
import * as z from 'zod';
import type { Transport, WireEvent, WireRequest } from '../ports/Transport.ts';
import { checkApiKey } from '../rules/apiKey.ts';
import { GROQ_URL, parseBaseUrl } from '../rules/baseUrl.ts';
import { connectionFailure } from '../rules/failures/connectionFailure.ts';
import { count } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import { Connector } from './Connector.ts';
import { PING_INTERVAL } from './closeWhenSilent.ts';
import { Exchange, type Outgoing } from './Exchange.ts';

/** Options of {@link undiciTransport}. */
export interface UndiciTransportConfig {
  /** The API key, or a synchronous function that returns it for each request. */
  readonly apiKey: string | (() => string);
  /**
   * The base URL of the API. `/openai/v1` is appended to a bare origin.
   *
   * @default 'https://api.groq.com/openai/v1'
   */
  readonly baseURL?: string | undefined;
  /**
   * How long an idle connection is kept for the next request, in milliseconds. Minimum: 1.
   *
   * @default 30_000
   */
  readonly keepAlive?: number | undefined;
  /**
   * The maximum length of the body of an answer, in bytes. Answers are not compressed. A longer body is a {@link
   * ProtocolError}. Minimum: 1.
   *
   * @default 67_108_864
   */
  readonly maxResponseBytes?: number | undefined;
  /**
   * Whether to offer HTTP/2 to the server, where all requests share one connection. Not for requests of more than about
   * 50 kB: Node fails requests of one connection that are not written yet if they exceed ten megabytes together, and
   * the connection may hang when long requests are cancelled while they are written.
   *
   * @default false
   */
  readonly http2?: boolean | undefined;
}

/** A transport with connections that must be closed. */
export interface ClosableTransport extends Transport {
  connect(): Observable<never>;
  /** Closes idle connections immediately and the others when their requests have ended. It may be called repeatedly. */
  close(): Promise<void>;
}

/**
 * Creates a transport on undici, with one connection for each request in flight.
 *
 * Unsubscribing closes the connection of the request, whatever its state. With `http2` the requests share a connection,
 * and unsubscribing only ends the request's stream. It does not follow redirects and has no timeouts: use
 * {@link timeouts}.
 *
 * A client closes only the transport that it has created itself:
 *
 * ```ts
 * import { createGroq } from 'rxgroq';
 * import { undiciTransport } from 'rxgroq/operators';
 *
 * const transport = undiciTransport({ apiKey: process.env['GROQ_API_KEY'] ?? '', keepAlive: 60_000 });
 * const groq = createGroq({ transport });
 *
 * await groq.close();
 * await transport.close();
 * ```
 *
 * @throws {ValidationError} when the config is invalid, or the key or the base URL cannot be used.
 */
export function undiciTransport(config: UndiciTransportConfig): ClosableTransport {
  checked(schema, config, 'The config of undiciTransport', 'Correct the config.');
  return new UndiciTransport(config);
}

const schema = z.strictObject({
  // The key and the base URL have checks of their own, whose errors do not show them.
  apiKey: z.unknown().optional(),
  baseURL: z.unknown().optional(),
  keepAlive: z.number().min(1).optional(),
  maxResponseBytes: count,
  http2: z.boolean().optional(),
});

const USER_AGENT = 'rxgroq';

/** The default maximum length of a body, in bytes: about a hundred times the longest answer of a model. */
const MAX_RESPONSE_BYTES = 67_108_864;

/** A shorter key, in characters, is no secret and may occur in any text. */
const SHORTEST_KEY = 8;

/** How many sent keys are remembered: a server may repeat one that was replaced in the meantime. */
const KNOWN_KEYS = 100;

class UndiciTransport implements ClosableTransport {
  readonly #path: string;
  readonly #pool: Pool;
  readonly #maxResponseBytes: number;
  readonly #http2: boolean;
  readonly #connector: Connector;
  readonly #keyOf: () => string;
  /** The secret keys that were sent, oldest first. */
  readonly #keys = new Set<string>();
  /** The exchange that is being dispatched; a new connection belongs to it. */
  #dispatching: Exchange | undefined;
  #closed: Promise<void> | undefined;

  constructor(config: UndiciTransportConfig) {
    const { apiKey, baseURL = GROQ_URL, keepAlive = 30_000, http2 = false } = config;
    const { maxResponseBytes = MAX_RESPONSE_BYTES } = config;
    const { origin, path } = parseBaseUrl(baseURL);
    const fixed = typeof apiKey === 'function' ? '' : checkApiKey(apiKey);
    this.#keyOf = typeof apiKey === 'function' ? () => checkApiKey(apiKey()) : () => fixed;
    this.#connector = new Connector({ origin, keepAlive, http2 }, (socket, isNew) => {
      this.#dispatching?.connecting(socket, isNew);
    });
    this.#maxResponseBytes = maxResponseBytes;
    this.#http2 = http2;
    this.#path = path;
    this.#pool = new Pool(origin, {
      allowH2: http2,
      h2Options: { pingInterval: PING_INTERVAL },
      keepAliveTimeout: keepAlive,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: this.#connector.connect,
    });
  }

  connect(): Observable<never> {
    return new Observable((subscriber) => {
      const opened =
        this.#closed !== undefined ? CLOSED : this.#pool.stats.free > 0 ? EMPTY : this.#connector.openAhead();
      opened.subscribe(subscriber);
    });
  }

  send(request: WireRequest): Observable<WireEvent> {
    return new Observable((subscriber) => {
      const { method, path, body = null, contentType = 'application/json' } = request;
      const key = this.#keyOf();
      this.#note(key);
      const headers = headersWith(key);
      if (body !== null) headers.push('content-type', contentType);
      const outgoing = { method, path: this.#path + path, headers, body };
      const exchange = new Exchange(subscriber, {
        outgoing,
        paused$: request.paused$,
        connectTimeout: request.connectTimeout,
        maxBytes: this.#maxResponseBytes,
        http2: this.#http2,
        dispatcher: this,
      });
      exchange.dispatch();
      subscriber.add(exchange);
    });
  }

  redact(text: string): string {
    let redacted = text;
    for (const key of this.#keys) redacted = redacted.replaceAll(key, '…');
    return redacted;
  }

  dispatch(outgoing: Outgoing, exchange: Exchange): void {
    const outer = this.#dispatching;
    this.#dispatching = exchange;
    try {
      this.#pool.dispatch(outgoing, exchange);
    } finally {
      this.#dispatching = outer;
    }
  }

  failedToConnect(error: Error): boolean {
    return this.#connector.failedWith(error);
  }

  close(): Promise<void> {
    this.#connector.close();
    // undici fails when it is closed twice.
    return (this.#closed ??= this.#pool.close());
  }

  #note(key: string): void {
    if (key.length < SHORTEST_KEY || this.#keys.has(key)) return;
    this.#keys.add(key);
    const [first] = this.#keys;
    if (this.#keys.size > KNOWN_KEYS && first !== undefined) this.#keys.delete(first);
  }
}

const headersWith = (key: string): string[] => [
  'authorization',
  `Bearer ${key}`,
  // Cloudflare refuses some clients without a user agent.
  'user-agent',
  USER_AGENT,
  'accept-encoding',
  'identity',
];

const CLOSED = throwError(() => connectionFailure({ code: 'UND_ERR_CLOSED' }, false));
