import { catchError, concat, filter, map, mergeMap, type Observable, of, takeUntil } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../src/errors/ConnectionError.ts';
import { isTruncatedStreamError } from '../../src/errors/guards.ts';
import type { StateToken, Token } from '../../src/model/Token.ts';
import { text } from '../../src/operators/text.ts';
import { wire } from '../../src/testing/wire.ts';
import { marbles } from '../util/marbles.ts';
import { rx } from '../util/rx.ts';
import { setUp, wires } from '../util/scheduling.ts';

/** Maps an answer to the name of its request, at its first piece of text. */
const named = (name: string) => (answer: Observable<Token | StateToken>) =>
  answer.pipe(
    text(),
    map(() => name),
  );

describe('the story of', () => {
  it('a burst: the most urgent request goes first', () => {
    rx((helpers) => {
      const { source, expected } = marbles('burst');
      const { ask } = setUp(helpers);
      const asked = helpers.hot(source).pipe(mergeMap((name) => ask(name).pipe(named(name))));
      helpers.expectObservable(asked).toBe(expected);
    });
  });

  it('two models: each has its own lane', () => {
    rx((helpers) => {
      const { source, expected } = marbles('twoModels');
      const { ask } = setUp(helpers);
      const modelOf = (name: string) => ('xy'.includes(name) ? 'other' : 'one');
      const asked = helpers.hot(source).pipe(mergeMap((name) => ask(name, { model: modelOf(name) }).pipe(named(name))));
      helpers.expectObservable(asked).toBe(expected);
    });
  });

  it('a waiting request is cancelled: the next one takes its place', () => {
    rx((helpers) => {
      const { inputs, source, expected } = marbles('cancelWhileWaiting');
      const { ask, transport, store } = setUp(helpers, { every: 6 });
      const cancelled = helpers.hot(inputs[1]?.marbles ?? '');
      const left = (name: string) => takeUntil<string>(cancelled.pipe(filter((who) => who === name)));
      const asked = helpers.hot(source).pipe(mergeMap((name) => ask(name).pipe(named(name), left(name))));
      helpers.expectObservable(asked).toBe(expected);
      helpers.flush();
      expect(transport.requests).toHaveLength(2);
      expect(store.open.size).toBe(0);
    });
  });

  it('a 429: no subscriber is notified, and every request keeps its place', () => {
    rx((helpers) => {
      const { source, expected } = marbles('retryAfter');
      const limited = of(wire.sent, wire.head(429, { 'retry-after-ms': '6' }), wire.error('Rate limit reached'));
      const { ask } = setUp(helpers, {
        every: 1,
        reply: (_, index) => (index === 0 ? limited : helpers.cold('(shafd|)', wires)),
        inFlight: 1,
      });
      const asked = helpers.hot(source).pipe(mergeMap((name) => ask(name).pipe(named(name))));
      helpers.expectObservable(asked).toBe(expected);
    });
  });

  it('a cut stream: an error with the partial answer', () => {
    rx((helpers) => {
      const { inputs, expected } = marbles('cutStream');
      const lost = new ConnectionError('The connection was lost.', { sent: true });
      const body = helpers.cold(inputs[0]?.marbles ?? '', wires, lost);
      const { ask } = setUp(helpers, { reply: () => concat(of(wire.sent, wire.head()), body) });
      const failed = new Error('cut');
      const asked = ask('x').pipe(
        text(),
        catchError((error: unknown) => {
          expect(error).toSatisfy(isTruncatedStreamError);
          expect(error).toMatchObject({ cause: lost, partial: { text: 'ab' } });
          throw failed;
        }),
      );
      helpers.expectObservable(asked).toBe(expected, undefined, failed);
    });
  });
});
