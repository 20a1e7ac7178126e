import { defer, finalize, type Observable, Subject } from 'rxjs';
import { ValidationError } from '../errors/ValidationError.ts';
import type { Transport, WireEvent, WireRequest } from '../ports/Transport.ts';
import { chatRequestIn, promptOf } from './promptOf.ts';
import { onTheWire, type Reply } from './reply.ts';

/**
 * The answers, by the text of a request's last message, or by the path of a request without messages, such as
 * `/models`: one answer for all such requests, or a function of a request and the number of such requests before it
 * that returns one for each.
 */
export type Replies = Readonly<Record<string, Reply | ((request: WireRequest, index: number) => Reply)>>;

/** A transport without a network, with information for tests. */
export interface FakeTransport extends Transport {
  /** Every request that was sent, in order. */
  readonly requests: readonly WireRequest[];
  /** Emits the text of each request's last message, or its path, when the request is admitted and sent. */
  readonly admissions$: Observable<string>;
  /** The number of subscribed answers, that is of open connections. */
  readonly open: number;
  send(request: WireRequest): Observable<WireEvent>;
}

/**
 * Creates a transport with scripted answers.
 *
 * With a record, a request is answered by the text of its last message, so that one-letter requests and one-letter
 * answers make marble tests. Here, two questions are sent under a quota of one in four milliseconds.
 *
 * ```ts
 * import { strict } from 'node:assert';
 * import { mergeMap } from 'rxjs';
 * import { TestScheduler } from 'rxjs/testing';
 * import { createGroq, text } from 'rxgroq';
 * import { fakeTransport, quota, wordCounter } from 'rxgroq/testing';
 *
 * const scheduler = new TestScheduler((actual, expected) => {
 *   strict.deepEqual(actual, expected);
 * });
 * scheduler.run(({ hot, cold, expectObservable }) => {
 *   const transport = fakeTransport({ a: cold('-xy|'), b: cold('z|') });
 *   const store = quota('1/4ms', { scheduler });
 *   // A synchronous counter: virtual time does not wait until a vocabulary is loaded.
 *   const groq = createGroq({ transport, store, scheduler, counter: wordCounter() });
 *   const asked = hot('(ab)').pipe(mergeMap((question) => groq.ask(question).pipe(text())));
 *
 *   expectObservable(transport.admissions$).toBe('a---b');
 *   expectObservable(asked).toBe('                -xy-z');
 * });
 * ```
 *
 * @param replies The answers, by request text; or a function of a request and the number of requests before it, which
 * returns everything on the wire, starting with `wire.sent`. Nothing is added to that. See {@link wire}.
 */
export function fakeTransport(
  replies: Replies | ((request: WireRequest, index: number) => Observable<WireEvent>),
): FakeTransport {
  const requests: WireRequest[] = [];
  const admissions = new Subject<string>();
  const reply = typeof replies === 'function' ? replies : byPrompt(replies);
  let open = 0;
  return {
    requests,
    admissions$: admissions.asObservable(),
    get open() {
      return open;
    },
    send: (request) =>
      defer(() => {
        open += 1;
        const index = requests.push(request) - 1;
        admissions.next(nameOf(request));
        return reply(request, index);
      }).pipe(
        finalize(() => {
          open -= 1;
        }),
      ),
  };
}

/** How a test identifies a request: by its prompt, or by its path if it has none. */
const nameOf = (request: WireRequest): string => {
  const chat = chatRequestIn(request);
  return chat === undefined ? request.path : promptOf(chat);
};

const byPrompt = (replies: Replies): ((request: WireRequest) => Observable<WireEvent>) => {
  const counts = new Map<string, number>();
  return (request) => {
    const name = nameOf(request);
    const found = Object.hasOwn(replies, name) ? replies[name] : undefined;
    if (found === undefined) {
      const known = Object.keys(replies).map((key) => `'${key}'`);
      const expected = known.length > 0 ? `one of ${known.join(', ')}` : 'in the replies, which are empty';
      throw new ValidationError(
        'The prompt of a request to fakeTransport',
        [{ path: '', expected, got: `'${name}'` }],
        'Add an answer to it.',
      );
    }
    const index = counts.get(name) ?? 0;
    counts.set(name, index + 1);
    const reply = typeof found === 'function' ? found(request, index) : found;
    return onTheWire(reply, chatRequestIn(request) ?? { model: '', messages: [] });
  };
};
