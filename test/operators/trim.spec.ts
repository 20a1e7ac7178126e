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

/** The same counter with asynchronous answers. */
const later = (answer: (count: TokenCount) => ReturnType<TokenCounter['count']>): TokenCounter => ({
  count: (one) => answer(counter.count(one) as TokenCount),
});

describe('trim', () => {
  it('should behave as its marble diagram shows', () => {
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
  ])('should turn %s into %s', (source, expected, subs) => {
    rx(({ cold, expectObservable, expectSubscriptions }) => {
      const requests = cold(source, values);
      expectObservable(requests.pipe(trim({ maxTokens: 10, counter }), map(name))).toBe(expected);
      expectSubscriptions(requests.subscriptions).toBe(subs);
    });
  });

  it('should fail for a request that cannot be trimmed enough', () => {
    const { values: got, ends } = told(of(values.a, values.x, values.a).pipe(trim({ maxTokens: 10, counter })));
    expect(got.all).toEqual([values.a]);
    expect(ends.map(([, error]) => isContextLengthError(error))).toEqual([true]);
  });

  it('should wait for asynchronous counts, and keep the order', () => {
    rx(({ hot, expectObservable, expectSubscriptions, scheduler }) => {
      // a takes one count. b takes five: the whole, the required messages, two turns and a final check.
      const source = '  ab---------|';
      const expected = '--a---------(c|)';
      const subs = '    ^----------!';
      const slow = later((count) => of(count).pipe(delay(2, scheduler)));
      const requests = hot(source, values);
      expectObservable(requests.pipe(trim({ maxTokens: 10, counter: slow }), map(name))).toBe(expected);
      expectSubscriptions(requests.subscriptions).toBe(subs);
    });
  });

  it('should count nothing more when unsubscribed', () => {
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

  it('should handle counts in synchronous streams without recursion', () => {
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
  ])('should fail when the counter %s', async (_, count) => {
    const { error } = told(of(values.b).pipe(trim({ maxTokens: 10, counter: { count } })));
    expect(isValidationError(await error)).toBe(true);
  });

  it('should refuse an invalid number of tokens at once', () => {
    try {
      trim({ maxTokens: 0, counter });
      expect.unreachable();
    } catch (error) {
      expect(isValidationError(error) && error.got).toBe('0');
    }
  });
});
