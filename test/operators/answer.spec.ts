import { EMPTY, map, NEVER, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { isTruncatedStreamError } from '../../src/errors/guards.ts';
import type { Answer, StateToken, Token } from '../../src/model/Token.ts';
import { answer } from '../../src/operators/answer.ts';
import { chatRequestSchema } from '../../src/rules/request/chatRequestSchema.ts';
import { marbles } from '../util/marbles.ts';
import { rx } from '../util/rx.ts';

const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
const finish: Token = { type: 'finish', reason: 'stop', usage, id: 'c1', model: 'm' };
const values: Record<string, Token | StateToken> = {
  a: { type: 'text', text: 'a' },
  b: { type: 'text', text: 'b' },
  f: finish,
};

const answerTo = (...tokens: Token[]): Answer | undefined => {
  let found: Answer | undefined;
  of(...tokens)
    .pipe(answer())
    .subscribe((a) => (found = a));
  return found;
};

describe('answer', () => {
  it('should behave as its marble diagram shows', () => {
    rx(({ hot, expectObservable, expectSubscriptions }) => {
      const { source, expected } = marbles('answer');
      const tokens = hot(source, values);
      const z = { message: { role: 'assistant', content: 'ab' }, finish_reason: 'stop', usage, id: 'c1', model: 'm' };
      expectObservable(tokens.pipe(answer())).toBe(expected, { z });
      expectSubscriptions(tokens.subscriptions).toBe('^-------!');
    });
  });

  it('should emit a message that can be sent back unchanged', () => {
    const call: Token = { type: 'tool-call', index: 0, id: '1', name: 'f', arguments: '{}' };
    const found = answerTo({ type: 'reasoning', text: 'hm' }, call, { ...finish, reason: 'tool_calls' });
    expect(found?.message).toEqual({
      role: 'assistant',
      reasoning: 'hm',
      tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }],
    });
    const messages = [
      { role: 'user', content: 'x' },
      found?.message,
      { role: 'tool', tool_call_id: '1', content: '4' },
    ];
    expect(chatRequestSchema.safeParse({ model: 'm', messages }).success).toBe(true);
  });

  it('should have empty content when the answer is empty', () => {
    expect(answerTo({ ...finish, reason: 'length' })?.message).toEqual({ role: 'assistant', content: '' });
  });

  it('should fail without a finish token', () => {
    let error: unknown;
    of<Token>({ type: 'text', text: 'a' })
      .pipe(answer())
      .subscribe({ error: (e: unknown) => (error = e) });
    expect(error).toSatisfy(isTruncatedStreamError);
  });

  it('should emit nothing for an empty source, pass errors on and unsubscribe early', () => {
    rx(({ cold, expectObservable, expectSubscriptions }) => {
      const bad = new Error('bad');
      expectObservable(EMPTY.pipe(answer())).toBe('|');
      expectObservable(NEVER.pipe(answer()), '--!').toBe('---');
      expectObservable(cold('a-#', values, bad).pipe(answer())).toBe('--#', undefined, bad);
      const source = cold('a-b-', values);
      expectObservable(
        source.pipe(
          answer(),
          map(() => 'x'),
        ),
        '--!',
      ).toBe('---');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
  });
});
