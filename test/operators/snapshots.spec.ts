import { EMPTY, from, map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { AnswerSnapshot, StateToken, Token } from '../../src/model/Token.ts';
import { snapshots } from '../../src/operators/snapshots.ts';
import { marbles } from '../util/marbles.ts';
import { rx } from '../util/rx.ts';

const finish: Token = { type: 'finish', reason: 'stop', id: '1', model: 'm' };
const call: Token = { type: 'tool-call', index: 0, id: '1', name: 'f', arguments: '{}' };
const values: Record<string, Token | StateToken> = {
  a: { type: 'text', text: 'a' },
  b: { type: 'text', text: 'b' },
  f: finish,
  q: { type: 'state', state: 'queued' },
};

describe('snapshots', () => {
  it('should behave as its marble diagram shows', () => {
    rx(({ hot, expectObservable, expectSubscriptions }) => {
      const { source, expected, outputs } = marbles('snapshots');
      const tokens = hot(source, values);
      const shown = map(({ text, finish: end }: AnswerSnapshot) => (end === undefined ? text : `${text}.`));
      expectObservable(tokens.pipe(snapshots(), shown)).toBe(expected, outputs[0]?.values);
      expectSubscriptions(tokens.subscriptions).toBe('^-------!');
    });
  });

  it('should collect all parts of an answer, and never change an emitted snapshot', () => {
    const seen: AnswerSnapshot[] = [];
    const tokens: Token[] = [{ type: 'reasoning', text: 'hm' }, { type: 'text', text: 'yes' }, call, finish];
    from(tokens)
      .pipe(snapshots())
      .subscribe((snapshot) => seen.push(snapshot));
    expect(seen).toEqual([
      { text: '', reasoning: 'hm', toolCalls: [] },
      { text: 'yes', reasoning: 'hm', toolCalls: [] },
      { text: 'yes', reasoning: 'hm', toolCalls: [call] },
      { text: 'yes', reasoning: 'hm', toolCalls: [call], finish },
    ]);
  });

  it('should ignore state tokens, pass errors on and unsubscribe early', () => {
    rx(({ cold, expectObservable, expectSubscriptions }) => {
      const bad = new Error('bad');
      const texts = map(({ text }: AnswerSnapshot) => text);
      expectObservable(cold('q-a#', values, bad).pipe(snapshots(), texts)).toBe('--a#', undefined, bad);
      const source = cold('a-b-', values);
      expectObservable(source.pipe(snapshots(), texts), '-!').toBe('a-');
      expectSubscriptions(source.subscriptions).toBe('^!');
      expectObservable(EMPTY.pipe(snapshots())).toBe('|');
    });
  });
});
