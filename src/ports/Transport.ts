import type { Observable, ObservableInput } from 'rxjs';
import type { WireHeaders } from '../model/WireHeaders.ts';

/** An HTTP request without the origin and the key, which the transport adds. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** The path below the base URL, with a leading slash: `/chat/completions`. */
  readonly path: string;
  /** The media type of the body. @default 'application/json', if there is a body */
  readonly contentType?: string;
  readonly body?: string | Uint8Array;
  /** While its latest value is `true`, the answer is not read, so that eventually the server has to wait. */
  readonly paused$?: Observable<boolean> | undefined;
  /**
   * The timeout for a new connection, in milliseconds, if the transport sends the request once more because its
   * connection was lost. The request then ends with a {@link TimeoutError}. Until the request is `sent` for the first
   * time, the caller measures the time.
   */
  readonly connectTimeout?: number | undefined;
}

/** What happens to a request, in this order: `sent` once, `head` once, `data` any number of times. */
export type WireEvent =
  /**
   * A connection is established and the request is being written: from now on it may have reached the server. Until
   * then nothing counts as sent, and the `connect` timeout runs, so a transport that cannot tell emits it first. A
   * `head` implies it.
   */
  | { readonly type: 'sent' }
  | { readonly type: 'head'; readonly status: number; readonly headers: WireHeaders }
  | { readonly type: 'data'; readonly bytes: Uint8Array };

/**
 * Sends requests to Groq.
 *
 * The answer is cold: nothing is sent until it is subscribed to, unsubscribing closes the connection, and it completes
 * only after the body was received in full. Failures are errors of this package, such as {@link ConnectionError} or
 * {@link ProtocolError}; any other error that it emits or throws becomes the cause of a `ConnectionError`.
 *
 * A minimal transport uses `fetch`. It does not support `paused$`:
 *
 * ```ts
 * import { createGroq } from 'rxgroq';
 * import type { Transport, WireEvent } from 'rxgroq/operators';
 * import { Observable } from 'rxjs';
 *
 * const transport: Transport = {
 *   send: ({ method, path, body = null, contentType = 'application/json' }) =>
 *     new Observable<WireEvent>((subscriber) => {
 *       const abort = new AbortController();
 *       const run = async () => {
 *         subscriber.next({ type: 'sent' }); // since `fetch` does not tell when it is
 *         const response = await fetch(`https://api.groq.com/openai/v1${path}`, {
 *           method,
 *           headers: { authorization: `Bearer ${apiKey}`, 'content-type': contentType, 'accept-encoding': 'identity' },
 *           body,
 *           redirect: 'manual',
 *           signal: abort.signal,
 *         });
 *         const { status, headers } = response;
 *         subscriber.next({ type: 'head', status, headers: Object.fromEntries(headers) });
 *         for await (const bytes of response.body ?? []) subscriber.next({ type: 'data', bytes });
 *         subscriber.complete();
 *       };
 *       run().catch((error: unknown) => subscriber.error(error));
 *       return () => abort.abort();
 *     }),
 * };
 * const groq = createGroq({ transport });
 * ```
 */
export interface Transport {
  send(request: WireRequest): ObservableInput<WireEvent>;
  /** Opens a connection for a future request, and completes when a free one exists. */
  connect?(): ObservableInput<never>;
  /** Removes secrets from a text of the server, which may repeat the key that it received. */
  redact?(text: string): string;
}
