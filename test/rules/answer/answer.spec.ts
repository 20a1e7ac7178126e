import { describe, expect, it } from 'vitest';
import type { ChatCompletion } from '../../../src/model/Chunk.ts';
import type { FinishToken, Token, ToolCallToken } from '../../../src/model/Token.ts';
import {
  answerOf,
  answerOfCompletion,
  EMPTY_SNAPSHOT,
  withToken,
  writtenIn,
} from '../../../src/rules/answer/answer.ts';
import { chatRequestSchema } from '../../../src/rules/request/chatRequestSchema.ts';

const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
const call: ToolCallToken = { type: 'tool-call', index: 0, id: 'a', name: 'add', arguments: '{"a":1}' };
const wireCall = { id: 'a', type: 'function', function: { name: 'add', arguments: '{"a":1}' } };
const finish = { type: 'finish', reason: 'stop', usage, id: 'chatcmpl-1', model: 'm' } as const;
const about = { finish_reason: 'stop', usage, id: 'chatcmpl-1', model: 'm' };

const answerTo = (...tokens: Token[]) => answerOf(tokens.reduce(withToken, EMPTY_SNAPSHOT));

/** A completion with this message, valid or not. */
const completion = (message: unknown, rest: object = {}): ChatCompletion =>
  ({
    id: 'chatcmpl-1',
    model: 'm',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage,
    ...rest,
  }) as unknown as ChatCompletion;

describe('withToken', () => {
  it('should return a copy with the token added', () => {
    const one = withToken(EMPTY_SNAPSHOT, { type: 'text', text: 'a' });
    const two = withToken(one, { type: 'text', text: 'b' });
    const three = withToken(withToken(two, { type: 'reasoning', text: 'r' }), call);
    expect([one, two]).toStrictEqual([
      { text: 'a', reasoning: '', toolCalls: [] },
      { text: 'ab', reasoning: '', toolCalls: [] },
    ]);
    expect(withToken(three, finish)).toStrictEqual({ text: 'ab', reasoning: 'r', toolCalls: [call], finish });
    expect(EMPTY_SNAPSHOT).toStrictEqual({ text: '', reasoning: '', toolCalls: [] });
  });
});

describe('answerOf', () => {
  it('should be undefined without a finish token', () => {
    expect(answerTo({ type: 'text', text: 'a' })).toBe(undefined);
  });

  it.each<[string, Token[], object]>([
    ['text', [{ type: 'text', text: 'a' }], { content: 'a' }],
    ['no text', [], { content: '' }],
    [
      'text after reasoning',
      [
        { type: 'reasoning', text: 'r' },
        { type: 'text', text: 'a' },
      ],
      { content: 'a', reasoning: 'r' },
    ],
    ['tool calls without text', [call], { tool_calls: [wireCall] }],
    ['tool calls with text', [{ type: 'text', text: 'a' }, call], { content: 'a', tool_calls: [wireCall] }],
  ])('should be the message that Groq would send in one piece, of %s', (_, tokens, message) => {
    const answer = answerTo(...tokens, finish);
    expect(answer).toStrictEqual({ message: { role: 'assistant', ...message }, ...about });
    expect(chatRequestSchema.safeParse({ model: 'm', messages: [answer?.message] }).success).toBe(true);
  });

  it('should leave the usage out when there was none', () => {
    const end: FinishToken = { type: 'finish', reason: 'stop', id: 'chatcmpl-1', model: 'm' };
    expect(answerTo(end)).toStrictEqual({
      message: { role: 'assistant', content: '' },
      finish_reason: 'stop',
      id: 'chatcmpl-1',
      model: 'm',
    });
  });
});

describe('answerOfCompletion', () => {
  it.each<[string, object, object]>([
    ['text', { content: 'a' }, { content: 'a' }],
    ['text after reasoning', { content: 'a', reasoning: 'r' }, { content: 'a', reasoning: 'r' }],
    ['tool calls', { tool_calls: [wireCall] }, { tool_calls: [wireCall] }],
    ['nothing', {}, {}],
    ['nulls', { content: null, reasoning: null, tool_calls: null }, {}],
    ['other types', { content: 1, reasoning: {}, tool_calls: 'x' }, {}],
    ['no tool calls', { content: 'a', tool_calls: [] }, { content: 'a' }],
    ['what cannot be sent back', { content: 'a', executed_tools: [1], refusal: null }, { content: 'a' }],
    [
      'what cannot be sent back with a tool call',
      { tool_calls: [{ ...wireCall, index: 0, function: { ...wireCall.function, parsed: {} } }] },
      { tool_calls: [wireCall] },
    ],
  ])('should accept %s', (_, message, expected) => {
    const answer = answerOfCompletion(completion({ role: 'assistant', ...message }));
    expect(answer).toStrictEqual({ message: { role: 'assistant', ...expected }, ...about });
    expect(chatRequestSchema.safeParse({ model: 'm', messages: [answer.message] }).success).toBe(true);
  });

  it.each([null, ''])('should use the reason "unknown" and no usage for the reason %j and usage null', (reason) => {
    const choices = [{ index: 0, message: { role: 'assistant', content: 'a' }, finish_reason: reason }];
    expect(answerOfCompletion(completion(undefined, { choices, usage: null }))).toStrictEqual({
      message: { role: 'assistant', content: 'a' },
      finish_reason: 'unknown',
      id: 'chatcmpl-1',
      model: 'm',
    });
  });

  it.each([undefined, null, 5])('should have an empty id and model when a server sends %s', (value) => {
    const answer = answerOfCompletion(completion({ content: 'a' }, { id: value, model: value }));
    expect(answer).toMatchObject({ id: '', model: '' });
  });

  it('should fill in missing fields of tool calls, as for a stream', () => {
    const calls = [
      { id: 'a', function: { name: 'now' } },
      { id: null, function: { name: 'add', arguments: null } },
    ];
    const answer = answerOfCompletion(completion({ role: 'assistant', tool_calls: calls }));
    expect(answer.message.tool_calls).toEqual([
      { id: 'a', type: 'function', function: { name: 'now', arguments: '' } },
      { id: '', type: 'function', function: { name: 'add', arguments: '' } },
    ]);
    expect(writtenIn(answer).text).toBe('nowadd');
  });

  it('should find the usage in x_groq', () => {
    expect(answerOfCompletion(completion({ content: 'a' }, { usage: undefined, x_groq: { usage } })).usage).toBe(usage);
  });
});

describe('writtenIn', () => {
  const written = (message: object) => writtenIn({ message: { role: 'assistant', ...message }, ...about });

  it('should return all texts of an answer, and the number of pieces', () => {
    const message = { content: 'Hello', reasoning: 'Hm', tool_calls: [wireCall, wireCall] };
    expect(written(message)).toStrictEqual({
      text: 'Helloadd{"a":1}add{"a":1}',
      reasoning: 'Hm',
      pieces: { text: 3, reasoning: 1 },
    });
  });

  it.each([[{}], [{ content: '' }], [{ content: null, reasoning: '' }]])(
    'should return empty texts for %j',
    (message) => {
      expect(written(message)).toStrictEqual({ text: '', reasoning: '', pieces: { text: 0, reasoning: 0 } });
    },
  );
});
