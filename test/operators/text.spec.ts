import { EMPTY, NEVER } from 'rxjs';
import { describe, it } from 'vitest';
import type { StateToken, Token } from '../../src/model/Token.ts';
import { text } from '../../src/operators/text.ts';
import { marbles } from '../util/marbles.ts';
import { rx } from '../util/rx.ts';

const values: Record<string, Token | StateToken> = {
  t: { type: 'reasoning', text: 'thought' },
  a: { type: 'text', text: 'a' },
  b: { type: 'text', text: 'b' },
  c: { type: 'tool-call', index: 0, id: '1', name: 'f', arguments: '{}' },
  f: { type: 'finish', reason: 'stop', id: '1', model: 'm' },
  q: { type: 'state', state: 'queued' },
};

describe('text', () => {
  it('should behave as its marble diagram shows', () => {
    rx(({ hot, expectObservable, expectSubscriptions }) => {
      const { source, expected } = marbles('text');
      const tokens = hot(source, values);
      expectObservable(tokens.pipe(text())).toBe(expected);
      expectSubscriptions(tokens.subscriptions).toBe('^--------!');
    });
  });

  it('should ignore state tokens', () => {
    rx(({ cold, expectObservable }) => {
      expectObservable(cold('q-a|', values).pipe(text())).toBe('--a|');
    });
  });

  it('should pass errors on, unsubscribe early and complete with its source', () => {
    rx(({ cold, expectObservable, expectSubscriptions }) => {
      const bad = new Error('bad');
      expectObservable(cold('a-#', values, bad).pipe(text())).toBe('a-#', undefined, bad);
      const source = cold('a-a-a', values);
      expectObservable(source.pipe(text()), '---!').toBe('a-a-');
      expectSubscriptions(source.subscriptions).toBe('^--!');
      expectObservable(EMPTY.pipe(text())).toBe('|');
      expectObservable(NEVER.pipe(text()), '--!').toBe('---');
    });
  });
});
