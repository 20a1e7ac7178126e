import type { Socket } from 'node:net';
import type { Subscriber, Unsubscribable } from 'rxjs';
import { ProtocolError } from '../errors/ProtocolError.ts';
import { TimeoutError } from '../errors/TimeoutError.ts';
import type { WireHeaders } from '../model/WireHeaders.ts';
import { later, systemClock } from '../ports/clock.ts';
import type { WireEvent, WireRequest } from '../ports/Transport.ts';
import { connectionFailure } from '../rules/failures/connectionFailure.ts';

const SENT: WireEvent = { type: 'sent' };

/**
 * How soon a connection is lost that the server had closed, or was about to, when the request was sent, in
 * milliseconds: longer than a message travels around the world and back, and shorter than a model works.
 */
const STALE_WITHIN = 300;

/** undici's error codes for a connection that the other side has closed. */
const CLOSED_BY_PEER: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** With what undici lets a request be steered. */
interface Controller {
  rawHeaders?: unknown;
  abort(reason: Error): void;
  pause(): void;
  resume(): void;
}

/** The request, in undici's format. */
export interface Outgoing {
  readonly method: WireRequest['method'];
  readonly path: string;
  /** Names and values, alternating. */
  readonly headers: string[];
  readonly body: string | Uint8Array | null;
}

/** What sends requests over connections. */
interface Dispatcher {
  dispatch(outgoing: Outgoing, exchange: Exchange): void;
  /** Whether an error is that of a connection that was never made. */
  failedToConnect(error: Error): boolean;
}

/** The dependencies of an {@link Exchange}. */
export interface ExchangeConfig {
  readonly outgoing: Outgoing;
  readonly paused$: WireRequest['paused$'];
  readonly connectTimeout: WireRequest['connectTimeout'];
  readonly maxBytes: number;
  /** Whether its connection may be shared with others, over HTTP/2. */
  readonly http2: boolean;
  /** What the request is sent over. */
  readonly dispatcher: Dispatcher;
}

/** One request and its answer: a handler for undici. */
export class Exchange implements Unsubscribable {
  readonly #subscriber: Subscriber<WireEvent>;
  readonly #config: ExchangeConfig;
  /** When the request was sent the first time, by the monotonic clock. */
  #sentAt: number | undefined;
  /** Whether its connection may have been idle for some time. */
  #mayBeStale = true;
  #answered = false;
  #controller: Controller | undefined;
  #socket: Socket | undefined;
  #ended = false;
  #paused = false;
  /** Whether its connection was lost, and there is no new one yet. */
  #reconnecting = false;
  /** The timer for the new connection. */
  #timer: Unsubscribable | undefined;
  /** The length of the body so far. */
  #bytes = 0;

  constructor(subscriber: Subscriber<WireEvent>, config: ExchangeConfig) {
    this.#subscriber = subscriber;
    this.#config = config;
  }

  /** A connection is used for this request only; it is being made, or was opened ahead. */
  connecting(socket: Socket, isNew: boolean): void {
    this.#socket = socket;
    if (isNew) this.#mayBeStale = false;
  }

  /** Sends the request. */
  dispatch(): void {
    const { dispatcher, outgoing } = this.#config;
    dispatcher.dispatch(outgoing, this);
  }

  unsubscribe(): void {
    const controller = this.#controller;
    const socket = this.#socket;
    // undici's controller keeps the whole request and its answer.
    this.#controller = undefined;
    this.#socket = undefined;
    this.#timer?.unsubscribe();
    if (this.#ended) return;
    this.#ended = true;
    const reason = new Error('unsubscribed');
    // Before its request has started undici has nothing to abort, and goes on connecting. It needs an error: otherwise
    // it waits for the connection forever, and cannot be closed.
    if (controller === undefined) socket?.destroy(reason);
    else this.#abort(controller, reason);
  }

  onRequestStart(controller: Controller): void {
    if (this.#ended) {
      controller.abort(new Error('unsubscribed'));
      return;
    }
    this.#controller = controller;
    this.#reconnecting = false;
    this.#timer?.unsubscribe();
    if (this.#paused) controller.pause();
    if (this.#sentAt !== undefined) return;
    this.#sentAt = performance.now();
    const pausing = this.#config.paused$?.subscribe({
      next: (paused) => {
        this.#pause(paused);
      },
      error: (error: unknown) => {
        this.#subscriber.error(error);
      },
    });
    if (pausing !== undefined) this.#subscriber.add(pausing);
    this.#subscriber.next(SENT);
  }

  onResponseStart(controller: Controller, status: number, headers: WireHeaders): void {
    this.#answered = true;
    // Two buffers for each header, which undici would release only at the end of the answer.
    controller.rawHeaders = null;
    // undici accepts any three digits.
    if (status < 100) {
      this.#refuse(controller, new ProtocolError(`The server does not speak HTTP: its status is ${status}.`));
      return;
    }
    // 1xx only announces the response.
    if (status >= 200) this.#subscriber.next({ type: 'head', status, headers });
  }

  onResponseData(controller: Controller, bytes: Uint8Array): void {
    const { maxBytes } = this.#config;
    this.#bytes += bytes.length;
    if (this.#bytes <= maxBytes) {
      this.#subscriber.next({ type: 'data', bytes });
      return;
    }
    const advice = 'Raise `maxResponseBytes` if that is not a fault of the server.';
    this.#refuse(controller, new ProtocolError(`The answer is longer than ${maxBytes} bytes.`, { advice }));
  }

  onResponseEnd(): void {
    this.#ended = true;
    // undici gets the connection back at the end of the turn. A request that is made as soon as the end is known would
    // otherwise get a new connection.
    queueMicrotask(() =>
      setImmediate(() => {
        this.#subscriber.complete();
      }),
    );
  }

  onResponseError(_: unknown, error: Error): void {
    if (this.#metStaleConnection(error)) {
      this.#controller = undefined;
      if (this.#sentAt === undefined) this.#dispatchLater();
      else this.#reconnect();
      return;
    }
    this.#ended = true;
    this.#subscriber.error(connectionFailure(error, this.#sentAt !== undefined, this.#reconnecting));
  }

  /** Sends the request again, of which nothing had been sent. */
  #dispatchLater(): void {
    // undici takes the lost connection for a good one until it is closed.
    setImmediate(() => {
      if (!this.#ended) this.dispatch();
    });
  }

  /**
   * Sends the request once more. The caller was notified that it was sent, so it no longer applies the connect timeout.
   */
  #reconnect(): void {
    const { connectTimeout = Infinity } = this.#config;
    const giveUp = (): void => {
      this.#subscriber.error(new TimeoutError('connect', connectTimeout));
    };
    this.#reconnecting = true;
    this.#mayBeStale = false;
    if (connectTimeout < Infinity) this.#timer = later(systemClock, giveUp, connectTimeout);
    this.dispatch();
  }

  /** Ends an answer that cannot be one. */
  #refuse(controller: Controller, error: ProtocolError): void {
    this.#ended = true;
    this.#subscriber.error(error);
    this.#abort(controller, error);
  }

  #abort(controller: Controller, reason: Error): void {
    // Node never finishes writing a connection's frames if a stream among them is destroyed in the same turn.
    if (this.#config.http2) {
      setImmediate(() => {
        controller.abort(reason);
      });
    } else controller.abort(reason);
  }

  #pause(paused: boolean): void {
    this.#paused = paused;
    if (paused) this.#controller?.pause();
    else {
      // undici reads as soon as it resumes, and cannot while it notifies a handler of other data.
      queueMicrotask(() => {
        if (!this.#paused) this.#controller?.resume();
      });
    }
  }

  /**
   * Whether the server has closed an idle connection just when the request was sent on it, or shortly before. There was
   * no byte of an answer, so no work was done, and the request is sent once more.
   *
   * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.5
   */
  #metStaleConnection(error: Error): boolean {
    if (this.#ended || this.#answered || !this.#mayBeStale) return false;
    // Several requests may wait for one connection over HTTP/2, so not each has heard that it is new.
    if (this.#config.dispatcher.failedToConnect(error)) return false;
    const wasSoon = this.#sentAt === undefined || performance.now() - this.#sentAt < STALE_WITHIN;
    return wasSoon && 'code' in error && CLOSED_BY_PEER.has(error.code);
  }
}
