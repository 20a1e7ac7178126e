import { delay, EMPTY, map, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { isContextLengthError, isValidationError } from '../../src/errors/guards.ts';
import type { ChatRequest } from '../../src/model/ChatRequest.ts';
import type { TokenCount } from '../../src/model/TokenCount.ts';
import { trim } from '../../src/operators/trim.ts';
import { trimTo } from '../../src/operators/trimTo.ts';
import type { TokenCounter } from '../../src/ports/TokenCounter.ts';
import { characterCounter } from '../util/characterCounter.ts';
import { conversation } from '../util/conversations.ts';
import { marbles } from '../util/marbles.ts';
import { rx } from '../util/rx.ts';
import { told } from '../util/told.ts';

const counter = characterCounter();
const request = (letters: string): ChatRequest => ({ model: 'm', messages: conversation(letters) });
// Each message has two tokens.
const values = {
  a: request('suau'),
  b: request('suauau'),
  c: trimTo(request('suauau'), 10, counter),
  x: request('ssssssu'),
};
const name = (one: ChatRequest): string =>
  Object.entries(values).find(([, value]) => JSON.stringify(value) === JSON.stringify(one))?.[0] ?? '';

/** The same counter, that answers after so many frames. */
const later = (answer: (count: TokenCount) => ReturnType<TokenCounter['count']>): TokenCounter => ({
  count: (one) => answer(counter.count(one) as TokenCount),
});

describe('trim', () => {
  it('should do as its marbles say', () => {
    rx(({ hot, expectObservable, expectSubscriptions }) => {
      const { source, expected } = marbles('trim');
      const requests = hot(source, values);
      expectObservable(requests.pipe(trim({ maxTokens: 10, counter }), map(name))).toBe(expected);
      expectSubscriptions(requests.subscriptions).toBe('^-----!');
    });
  });

  it.each([
    ['-    ', '-    ', '^'],
    ['|    ', '|    ', '(^!)'],
    ['-#   ', '-#   ', '^!'],
    ['a-b-a', 'a-c-a', '^'],
  ])('should make %s into %s', (source, expected, subs) => {
    rx(({ cold, expectObservable, expectSubscriptions }) => {
      const requests = cold(source, values);
      expectObservable(requests.pipe(trim({ maxTokens: 10, counter }), map(name))).toBe(expected);
      expectSubscriptions(requests.subscriptions).toBe(subs);
    });
  });

  it('should end with an error at a request that cannot be trimmed so far', () => {
    const { values: got, ends } = told(of(values.a, values.x, values.a).pipe(trim({ maxTokens: 10, counter })));
    expect(got.all).toEqual([values.a]);
    expect(ends.map(([, error]) => isContextLengthError(error))).toEqual([true]);
  });

  it('should wait for counts that come later, and keep the order', () => {
    rx(({ hot, expectObservable, expectSubscriptions, scheduler }) => {
      // a takes one count. b takes five: the whole, what has to stay, two turns alone and one to be sure.
      const source = '  ab---------|';
      const expected = '--a---------(c|)';
      const subs = '    ^----------!';
      const slow = later((count) => of(count).pipe(delay(2, scheduler)));
      const requests = hot(source, values);
      expectObservable(requests.pipe(trim({ maxTokens: 10, counter: slow }), map(name))).toBe(expected);
      expectSubscriptions(requests.subscriptions).toBe(subs);
    });
  });

  it('should ask for nothing more when it is left', () => {
    rx(({ hot, expectObservable, flush, scheduler }) => {
      let asked = 0;
      const slow = later((count) => {
        asked += 1;
        return of(count).pipe(delay(2, scheduler));
      });
      expectObservable(hot('b', values).pipe(trim({ maxTokens: 10, counter: slow })), '^--!').toBe('');
      flush();
      expect(asked).toBe(2);
    });
  });

  it('should take counts that come in a stream at once, of however many turns', () => {
    const long = request(`s${'ua'.repeat(3_000)}u`);
    const { values: got, ends } = told(
      of(long).pipe(trim({ maxTokens: 20_000, counter: later((count) => of(count)) })),
    );
    expect(ends).toEqual([['complete']]);
    expect(got.all).toEqual([trimTo(long, 20_000, counter)]);
    expect(got.all[0]?.messages.length).toBeLessThan(long.messages.length);
  });

  it.each([
    [
      'throws',
      (): never => {
        throw new Error('broken');
      },
    ],
    ['fails', () => Promise.reject(new Error('broken'))],
    ['says nothing', () => EMPTY],
  ])('should tell whoever listens that the counter %s', async (_, count) => {
    const { error } = told(of(values.b).pipe(trim({ maxTokens: 10, counter: { count } })));
    expect(isValidationError(await error)).toBe(true);
  });

  it('should refuse at once what is no number of tokens', () => {
    try {
      trim({ maxTokens: 0, counter });
      expect.unreachable();
    } catch (error) {
      expect(isValidationError(error) && error.got).toBe('0');
    }
  });
});
