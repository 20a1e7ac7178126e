import { describe, expect, it } from 'vitest';
import { isValidationError } from '../../../src/errors/guards.ts';
import { TruncatedStreamError } from '../../../src/errors/TruncatedStreamError.ts';
import type { ChatRequest } from '../../../src/model/ChatRequest.ts';
import type { AnswerSnapshot } from '../../../src/model/Token.ts';
import type { Usage } from '../../../src/model/Usage.ts';
import { EMPTY_SNAPSHOT } from '../../../src/rules/answer/answer.ts';
import { chatRequestSchema } from '../../../src/rules/request/chatRequestSchema.ts';
import { type BrokenOff, continueFrom } from '../../../src/rules/request/continueFrom.ts';

const cut = (partial: Partial<AnswerSnapshot>, usage?: Usage) =>
  new TruncatedStreamError({ ...EMPTY_SNAPSHOT, ...partial }, { usage });

const question = { role: 'user' as const, content: 'Tell me a story.' };
const request: ChatRequest = { model: 'm', messages: [question], temperature: 0.5, max_completion_tokens: 100 };

describe('continueFrom', () => {
  it('should append the partial answer to the messages, and change nothing else', () => {
    const before = structuredClone(request);
    const next = continueFrom(cut({ text: 'Once upon a ' }), request);
    expect(next).toEqual({ ...request, messages: [question, { role: 'assistant', content: 'Once upon a ' }] });
    expect(request).toEqual(before);
    expect(chatRequestSchema.safeParse(next).success).toBe(true);
  });

  it('should extend an earlier continuation as one message', () => {
    const once = continueFrom(cut({ text: 'Once upon ' }), request);
    const twice = continueFrom(cut({ text: 'a time' }), once);
    expect(twice.messages).toEqual([question, { role: 'assistant', content: 'Once upon a time' }]);
    const earlier = [question, { role: 'assistant' as const, content: 'No.' }, question];
    const later = continueFrom(cut({ text: 'Once ' }), { ...request, messages: earlier });
    expect(continueFrom(cut({ text: 'upon' }), later).messages).toEqual([
      ...earlier,
      { role: 'assistant', content: 'Once upon' },
    ]);
  });

  it('should extend the assistant message that the request ends with', () => {
    const parts = [{ type: 'text' as const, text: 'Once ' }];
    for (const [content, longer] of [
      ['Once ', 'Once upon'],
      [null, 'upon'],
      [parts, [...parts, { type: 'text', text: 'upon' }]],
    ] as const) {
      const begun: ChatRequest = {
        ...request,
        messages: [question, { role: 'assistant', content: content === parts ? [...parts] : content }],
      };
      expect(continueFrom(cut({ text: 'upon' }), begun).messages.at(-1)).toEqual({
        role: 'assistant',
        content: longer,
      });
    }
  });

  it('should leave reasoning out', () => {
    const next = continueFrom(cut({ text: 'Once', reasoning: 'A story…' }), request);
    expect(JSON.stringify(next)).not.toContain('A story');
    expect(continueFrom(cut({ reasoning: 'A story…' }), request)).toBe(request);
  });

  it('should return the request itself when nothing can be continued', () => {
    const call = { type: 'tool-call' as const, index: 0, id: 'a', name: 'f', arguments: '{}' };
    expect(continueFrom(cut({}), request)).toBe(request);
    expect(continueFrom(cut({ text: 'I look it up.', toolCalls: [call] }), request)).toBe(request);
    for (const response_format of [
      { type: 'json_object' as const },
      { type: 'json_schema' as const, json_schema: { name: 'x' } },
    ]) {
      const json = { ...request, response_format };
      expect(continueFrom(cut({ text: '{"a":' }), json)).toBe(json);
    }
    const text = { ...request, response_format: { type: 'text' as const } };
    expect(continueFrom(cut({ text: 'Once' }), text)).not.toBe(text);
  });

  it('should add a message after one with tool calls', () => {
    const called: ChatRequest['messages'] = [
      question,
      { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] },
    ];
    expect(continueFrom(cut({ text: 'x' }), { messages: called }).messages).toHaveLength(3);
  });

  it.each([
    [30, 70],
    [99, 1],
    [500, 1],
    [0, 100],
  ])('should lower the maximum by the tokens known to be used: %i', (completion_tokens, left) => {
    const usage = { prompt_tokens: 5, completion_tokens, total_tokens: 5 + completion_tokens };
    const next = continueFrom(cut({ text: 'Once' }, usage), { ...request, max_tokens: 100 });
    expect([next.max_completion_tokens, next.max_tokens]).toEqual([left, left]);
    expect(continueFrom(cut({ text: 'Once' }, usage), { messages: [question] })).not.toHaveProperty('max_tokens');
  });

  it('should accept any error with a partial answer', () => {
    const next = continueFrom({ partial: { ...EMPTY_SNAPSHOT, text: 'Once' } }, request);
    expect(next.messages).toHaveLength(2);
  });

  it('should refuse a complete answer, unless it was cut at the maximum', () => {
    const finish = { type: 'finish' as const, id: 'c', model: 'm' };
    for (const reason of ['stop', 'tool_calls', 'unknown']) {
      expect(() => continueFrom(cut({ text: 'The end.', finish: { ...finish, reason } }), request)).toThrow(
        'The error: `partial` must be part of an answer, got a complete answer. Use `partial` as it is: only the usage was missing.',
      );
    }
    const next = continueFrom(cut({ text: 'Once', finish: { ...finish, reason: 'length' } }), request);
    expect(next.messages).toHaveLength(2);
  });

  it('should refuse an error without a partial answer', () => {
    expect(() => continueFrom({}, request)).toThrow(
      'The error: `partial` must be the part of the answer that had arrived, got nothing. Repeat the request: the error holds no part of its answer.',
    );
    for (const other of [new Error('x'), {}]) {
      expect(() => continueFrom(other as BrokenOff, request)).toThrow(
        expect.toSatisfy((error: unknown) => isValidationError(error) && error.path === 'partial'),
      );
    }
  });
});
