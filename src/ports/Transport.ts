import type { Observable, ObservableInput } from 'rxjs';
import type { WireHeaders } from '../model/WireHeaders.ts';

/** An HTTP request, without the origin and the key, which are the transport's. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the base URL, with a leading slash: `/chat/completions`. */
  readonly path: string;
  /** The media type of the body, `application/json` when there is a body and this is absent. */
  readonly contentType?: string;
  readonly body?: string | Uint8Array;
  /** While the last of it is true, the answer is not read, so that in the end the server has to wait. */
  readonly paused$?: Observable<boolean> | undefined;
  /**
   * How long it may take to connect anew, in milliseconds, when a transport sends the request once more because the
   * connection that it was sent on had gone away. It ends with a {@link TimeoutError} then. Until a request is `sent`,
   * those around the transport look at the time.
   */
  readonly connectTimeout?: number | undefined;
}

/** What happens to a request, in this order: `sent` once, `head` once, `data` any number of times. */
export type WireEvent =
  /**
   * A connection is there and the request is being written: from here on it may have reached the server. A `head` says
   * so too, for transports that cannot tell.
   */
  | { readonly type: 'sent' }
  | { readonly type: 'head'; readonly status: number; readonly headers: WireHeaders }
  | { readonly type: 'data'; readonly bytes: Uint8Array };

/**
 * How requests reach Groq.
 *
 * The answer is cold: nothing is sent before it is subscribed to, unsubscribing closes the connection, and it
 * completes only when the body was received in full. Failures are {@link ConnectionError} or {@link ProtocolError}; of
 * anything else that it fails with or throws, a `ConnectionError` is made with that as its cause.
 *
 * The smallest one goes over `fetch`. It does not heed `paused$`:
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
 *         const response = await fetch(`https://api.groq.com/openai/v1${path}`, {
 *           method,
 *           headers: { authorization: `Bearer ${apiKey}`, 'content-type': contentType, 'accept-encoding': 'identity' },
 *           body,
 *           redirect: 'manual',
 *           signal: abort.signal,
 *         });
 *         const { status, headers } = response;
 *         subscriber.next({ type: 'head', status, headers: Object.fromEntries(headers) }); // says `sent`, too
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
  /** Makes a connection for a request that is still to come, and completes when there is one that is free. */
  connect?(): ObservableInput<never>;
  /** Takes out of a text of the server's what nobody is to see: it may repeat the key that it was sent. */
  redact?(text: string): string;
}
