import type { Subscriber } from 'rxjs';
import { ProtocolError } from '../errors/ProtocolError.ts';
import type { LimitHeaders } from '../model/LimitHeaders.ts';
import type { WireHeaders } from '../model/WireHeaders.ts';
import type { WireEvent } from '../ports/Transport.ts';
import { httpErrorOf } from '../rules/httpError.ts';
import { parseLimitHeaders } from '../rules/limitHeaders.ts';
import { operate } from './operate.ts';

/** What is to be done on the way of a response. */
export interface ResponseConfig {
  readonly model?: string | undefined;
  /** The request is on the wire. */
  readonly sent?: (() => void) | undefined;
  /** The answer is good and begins, with these limits and Groq's id of the request. */
  readonly head?: ((limits: LimitHeaders, requestId: string | undefined) => void) | undefined;
}

/** How much of the body of an answer other than 200 is kept, in bytes. */
const KEPT = 65_536;

/** Passes the body of a good answer on, and makes an error of any other. */
export function responseBody(
  destination: Subscriber<Uint8Array>,
  { model, sent, head }: ResponseConfig = {},
): Subscriber<WireEvent> {
  // The head of an answer other than 200, whose body becomes the error.
  let failed: { readonly status: number; readonly headers: WireHeaders } | undefined;
  const kept: Uint8Array[] = [];
  let keptBytes = 0;

  const fail = (head: NonNullable<typeof failed>): void => {
    destination.error(httpErrorOf({ ...head, body: Buffer.concat(kept).toString('utf8'), model }));
  };

  // Apart from what is done with each piece of a body: each answer has headers of another shape, and engines compile
  // anew what looks at them.
  const begin = (event: Extract<WireEvent, { type: 'head' }>): void => {
    if (event.status !== 200) failed = event;
    else {
      refuseStrange(event.headers, model);
      head?.(parseLimitHeaders(event.headers), requestIdOf(event.headers));
    }
  };

  return operate<WireEvent, Uint8Array>({
    destination,
    next: (event) => {
      switch (event.type) {
        case 'sent':
          sent?.();
          break;
        case 'head':
          begin(event);
          break;
        case 'data':
          if (failed === undefined) destination.next(event.bytes);
          else if (keptBytes < KEPT) {
            kept.push(event.bytes);
            keptBytes += event.bytes.length;
          }
      }
    },
    // A body that breaks off still belongs to an answer that was no good.
    error: (error) => {
      if (failed === undefined) destination.error(error);
      else fail(failed);
    },
    complete: () => {
      if (failed === undefined) destination.complete();
      else fail(failed);
    },
  });
}

/** Groq answers with events or with JSON, never compressed since that was not asked for. */
function refuseStrange(headers: WireHeaders, model: string | undefined): void {
  const requestId = requestIdOf(headers);
  const type = headers['content-type'];
  if (typeof type === 'string' && /^text\/(html|plain)/i.test(type)) {
    throw new ProtocolError(`The answer is ${type.slice(0, 40)} instead of an event stream or JSON.`, {
      model,
      requestId,
    });
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new ProtocolError('The answer is compressed, which was not asked for.', { model, requestId });
  }
}

const requestIdOf = ({ 'x-request-id': id }: WireHeaders): string | undefined =>
  typeof id === 'string' ? id : undefined;
