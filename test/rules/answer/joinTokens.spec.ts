import { describe, expect, it } from 'vitest';
import type { StateToken, Token } from '../../../src/model/Token.ts';
import { joinTokens } from '../../../src/rules/answer/joinTokens.ts';

const text: Token = { type: 'text', text: 'a' };
const reasoning: Token = { type: 'reasoning', text: 'b' };
const call: Token = { type: 'tool-call', index: 0, id: '1', name: 'f', arguments: '{}' };
const state: StateToken = { type: 'state', state: 'queued' };

describe('joinTokens', () => {
  it('should join two tokens of the same type, in order', () => {
    expect(joinTokens(text, { type: 'text', text: 'c' })).toEqual({ type: 'text', text: 'ac' });
    expect(joinTokens(reasoning, { type: 'reasoning', text: 'c' })).toEqual({ type: 'reasoning', text: 'bc' });
  });

  it.each([
    ['text and reasoning', text, reasoning],
    ['reasoning and text', reasoning, text],
    ['text and a tool call', text, call],
    ['two tool calls', call, call],
    ['two states', state, state],
    ['a state and text', state, text],
  ])('should not join %s', (_, first, second) => {
    expect(joinTokens(first, second)).toBe(undefined);
  });
});
