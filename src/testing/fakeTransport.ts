import { defer, finalize, type Observable } from 'rxjs';
import type { Transport, WireEvent, WireRequest } from '../ports/Transport.ts';

/** A transport without a network, with what a test wants to know of it. */
export interface FakeTransport extends Transport {
  /** Every request that was sent, in order. */
  readonly requests: readonly WireRequest[];
  /** How many answers are listened to: the connections that are open. */
  readonly open: number;
  send(request: WireRequest): Observable<WireEvent>;
}

/**
 * Makes a transport that answers as a test says.
 *
 * ```ts
 * const transport = fakeTransport(() => cold('s-h-a-(fd|)', { s: wire.sent, h: wire.head(), a: wire.text('a'), f: wire.finish(), d: wire.done }));
 * ```
 *
 * @param reply The answer to a request and to how many came before it.
 */
export function fakeTransport(reply: (request: WireRequest, index: number) => Observable<WireEvent>): FakeTransport {
  const requests: WireRequest[] = [];
  let open = 0;
  return {
    requests,
    get open() {
      return open;
    },
    send: (request) =>
      defer(() => {
        open += 1;
        return reply(request, requests.push(request) - 1);
      }).pipe(
        finalize(() => {
          open -= 1;
        }),
      ),
  };
}
