import type { Subscriber } from 'rxjs';
import type { GroqError } from '../../errors/GroqError.ts';
import { ProtocolError } from '../../errors/ProtocolError.ts';
import type { WireHeaders } from '../../model/WireHeaders.ts';
import type { Transport, WireEvent } from '../../ports/Transport.ts';
import { httpErrorOf } from '../../rules/failures/httpError.ts';
import { isGivenUp } from '../../rules/failures/isGivenUp.ts';
import { transportFailure } from '../../rules/failures/transportFailure.ts';
import { type OperateConfig, operate } from './operate.ts';
import { redacted } from './redacted.ts';

/** Is notified of the progress of a response. */
export interface ResponseListener {
  readonly model?: string | undefined;
  /** The request is being sent. */
  sent?(): void;
  /** A successful answer begins, with these headers and Groq's id of the request. */
  head?(headers: WireHeaders, requestId: string | undefined): void;
  /** The transport of the response, which can redact secrets. */
  readonly transport?: Transport | undefined;
}

type Head = Extract<WireEvent, { type: 'head' }>;

/**
 * How much of the body of an answer other than 200 is read, in bytes: more than the longest completion, which Groq
 * repeats in an error about it.
 */
const KEPT = 1_048_576;

/** Passes on the body of a successful answer, and turns any other into an error. */
export const responseBody = (
  destination: Subscriber<Uint8Array>,
  listener: ResponseListener = {},
): Subscriber<WireEvent> => operate<WireEvent, Uint8Array>(new ResponseBody(destination, listener));

class ResponseBody implements OperateConfig<WireEvent, Uint8Array> {
  readonly destination: Subscriber<Uint8Array>;
  readonly #listener: ResponseListener;
  /** Whether the listener was notified that the request was sent. */
  #sent = false;
  /** A response with a status other than 200, whose body becomes the error. */
  #failed: ErrorBody | undefined;

  constructor(destination: Subscriber<Uint8Array>, listener: ResponseListener) {
    this.destination = destination;
    this.#listener = listener;
  }

  next(event: WireEvent): void {
    switch (event.type) {
      case 'sent':
        this.#markSent();
        break;
      case 'head':
        this.#begin(event);
        break;
      case 'data':
        if (this.#failed === undefined) this.destination.next(event.bytes);
        else if (this.#failed.keep(event.bytes)) this.complete();
    }
  }

  error(error: unknown): void {
    // Even an incomplete body belongs to an error response, unless the request was given up.
    const failure = isGivenUp(error) ? undefined : this.#failed?.error(this.#listener);
    this.destination.error(failure ?? transportFailure(error, this.#sent));
  }

  complete(): void {
    if (this.#failed === undefined) this.destination.complete();
    else this.destination.error(this.#failed.error(this.#listener));
  }

  #markSent(): void {
    if (this.#sent) return;
    this.#sent = true;
    this.#listener.sent?.();
  }

  // Kept out of `next`: the headers of each answer have another shape, for which engines would recompile it.
  #begin(head: Head): void {
    // An answered request was sent, even if the transport does not say so.
    this.#markSent();
    const { model } = this.#listener;
    if (head.status !== 200) this.#failed = new ErrorBody(head);
    else {
      refuseStrange(head.headers, model);
      this.#listener.head?.(head.headers, requestIdOf(head.headers));
    }
  }
}

/** An answer other than 200. */
class ErrorBody {
  readonly #head: Head;
  readonly #kept: Uint8Array[] = [];
  #bytes = 0;

  constructor(head: Head) {
    this.#head = head;
  }

  /** Keeps a piece of it, and tells whether that is enough. */
  keep(bytes: Uint8Array): boolean {
    this.#kept.push(bytes);
    this.#bytes += bytes.length;
    return this.#bytes >= KEPT;
  }

  error({ model, transport }: ResponseListener): GroqError {
    const { status, headers } = this.#head;
    const body = Buffer.concat(this.#kept).toString('utf8');
    return httpErrorOf({ status, headers, body: redacted(body, transport), model });
  }
}

/** Groq answers with events or with JSON, never compressed since that was not asked for. */
function refuseStrange(headers: WireHeaders, model: string | undefined): void {
  const requestId = requestIdOf(headers);
  // Only this part of the header is shown: the rest may be anything, such as a part of the key.
  const [type] = /^text\/(html|plain)/i.exec(String(headers['content-type'])) ?? [];
  if (type !== undefined) {
    throw new ProtocolError(`The answer is ${type} instead of an event stream or JSON.`, { model, requestId });
  }
  const encoding = String(headers['content-encoding'] ?? '');
  if (!/^\s*(identity)?\s*$/i.test(encoding)) {
    throw new ProtocolError('The answer is compressed, although that was not requested.', { model, requestId });
  }
}

const requestIdOf = ({ 'x-request-id': id }: WireHeaders): string | undefined =>
  typeof id === 'string' ? id : undefined;
