import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/model/ChatRequest.ts';
import { countLlama3Template, isLlama3 } from '../../../src/rules/counting/llama3Template.ts';

const words = (text: string): number => text.split(/\s+/).filter(Boolean).length;
const user: Message = { role: 'user', content: 'Hello there' };
const system: Message = { role: 'system', content: 'Be brief' };
const count = (model: string, messages: Message[], rest = {}) =>
  countLlama3Template({ model, messages, ...rest }, words);

describe('countLlama3Template', () => {
  it('should add five tokens for each message and five around them', () => {
    expect(count('llama3-8b-8192', [user])).toEqual({ tokens: 5 + 5 + 2, bound: 12, exact: true });
    expect(count('llama3-8b-8192', [system, user]).tokens).toBe(5 + 2 * (5 + 2));
  });

  it('should count the dates that later versions put into a system message', () => {
    expect(count('llama-3.1-8b-instant', [user])).toEqual({ tokens: 35 + 2, bound: 37, exact: true });
    expect(count('llama-3.3-70b-versatile', [system, user]).tokens).toBe(35 + 4);
  });

  it('should not be exact with tools, calls, formats or attachments', () => {
    const model = 'llama-3.3-70b-versatile';
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const call: Message = {
      role: 'assistant',
      tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }],
    };
    const image: Message = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'u' } }] };
    const guesses = [
      count(model, [user], { tools }),
      count(model, [user], { tools, tool_choice: 'required' }),
      count(model, [user], { tools, tool_choice: 'none' }),
      count(model, [user, call, { role: 'tool', tool_call_id: '1', content: 'x' }]),
      count(model, [user], { response_format: { type: 'json_object' } }),
      count(model, [user], { response_format: { type: 'json_schema', json_schema: { name: 'x' } } }),
      count(model, [image]),
    ];
    for (const { tokens, bound, exact } of guesses) {
      expect(exact).toBe(false);
      expect(bound).toBeGreaterThan(tokens);
    }
    expect((guesses[1]?.tokens ?? 0) - (guesses[0]?.tokens ?? 0)).toBe(18);
  });
});

describe('countLlama3Template, around the messages', () => {
  const model = 'llama-3.3-70b-versatile';
  const tool = (name: string) => ({ type: 'function', function: { name } });
  const guess = (tokens: number, slack: number) => ({ tokens: 37 + tokens, bound: 37 + tokens + slack, exact: false });

  it('should treat a developer message as a system message', () => {
    expect(count(model, [{ ...system, role: 'developer' }, user])).toEqual(count(model, [system, user]));
  });

  it('should count each tool, and allow for more with each', () => {
    expect(count(model, [user], { tools: [tool('f')] })).toEqual(guess(137 + 1, 19));
    expect(count(model, [user], { tools: [tool('f'), tool('g'), tool('h')] })).toEqual(guess(137 + 2 * 9 + 3, 28));
    expect(count(model, [user], { tools: [tool('f of two'), tool('g')] }).tokens).toBe(37 + 137 + 9 + 4);
    expect(count(model, [user], { tools: [] })).toEqual(count(model, [user]));
  });

  it.each([
    ['required', 137 + 1 + 18, 20],
    [{ type: 'function', function: { name: 'f' } }, 137 + 1 + 18, 20],
    ['auto', 137 + 1, 19],
    [null, 137 + 1, 19],
    ['none', 27, 27],
  ])('should count the text for the tool choice %j', (tool_choice, tokens, slack) => {
    expect(count(model, [user], { tools: [tool('f')], tool_choice })).toEqual(guess(tokens, slack));
  });

  it('should count a call by its function and arguments, and be uncertain about its result', () => {
    const call: Message = {
      role: 'assistant',
      tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{"a": 1, "b": 2}' } }],
    };
    expect(count(model, [user, call])).toEqual(guess(5 + 8 + 1 + 4, 8));
    expect(count(model, [user, { role: 'tool', tool_call_id: '1', content: 'x' }])).toEqual(guess(5 + 1, 8));
    expect(count(model, [user, { role: 'assistant', content: 'x' }])).toEqual({ tokens: 43, bound: 43, exact: true });
  });

  it('should count a function call as a call, and be unsure of its result', () => {
    const call: Message = { role: 'assistant', function_call: { name: 'f', arguments: '{"a": 1, "b": 2}' } };
    expect(count(model, [user, call])).toEqual(guess(5 + 8 + 1 + 4, 8));
    expect(count(model, [user, { role: 'function', name: 'f', content: 'x' }])).toEqual(guess(5 + 1, 8));
  });

  it('should not be certain with documents, names or reasoning', () => {
    const documents = [{ text: 'one two three' }];
    expect(count(model, [user], { documents })).toEqual(guess(3, 65));
    expect(count(model, [user], { documents: null })).toEqual(count(model, [user]));
    expect(count(model, [{ ...user, name: 'Ann Lee' }])).toEqual(guess(0, 4));
    expect(count(model, [user, { role: 'assistant', content: 'x', reasoning: 'so it is' }])).toEqual(guess(6, 8));
  });

  it('should count the response format with its schema', () => {
    const json_schema = { name: 'of two' };
    expect(count(model, [user], { response_format: { type: 'json_object' } })).toEqual(guess(16, 16));
    expect(count(model, [user], { response_format: { type: 'json_schema', json_schema } })).toEqual(
      guess(40 + 2, 32 + 2),
    );
    expect(count(model, [user], { response_format: { type: 'text' } })).toEqual(count(model, [user]));
  });
});

describe('isLlama3', () => {
  it('should be true only for versions of Llama 3', () => {
    expect(['llama3-8b-8192', 'llama-3.1-8b-instant', 'llama-3.3-70b-versatile'].every(isLlama3)).toBe(true);
    expect(['meta-llama/llama-4-scout-17b-16e-instruct', 'openai/gpt-oss-20b'].some(isLlama3)).toBe(false);
  });
});
