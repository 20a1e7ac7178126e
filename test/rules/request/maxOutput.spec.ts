import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../src/model/ChatRequest.ts';
import { maxOutput } from '../../../src/rules/request/maxOutput.ts';

const request = (model: string, rest: Partial<ChatRequest> = {}): ChatRequest => ({ model, messages: [], ...rest });

describe('maxOutput', () => {
  it.each([
    ['what the request allows', request('openai/gpt-oss-20b', { max_completion_tokens: 7, max_tokens: 9 }), 5, 7],
    ['what it allows by the old name', request('openai/gpt-oss-20b', { max_tokens: 9 }), 5, 9],
    ['what the model allows', request('openai/gpt-oss-20b', { max_completion_tokens: null }), 5, 65_536],
    ['what the context leaves', request('openai/gpt-oss-20b'), 131_000, 72],
    ['one token where it leaves nothing', request('openai/gpt-oss-20b'), 200_000, 1],
    ['the longest there is for a model that is not known', request('unheard/of'), 5, 131_072],
  ])('should be %s', (_, asked, promptTokens, expected) => {
    expect(maxOutput(asked, promptTokens)).toBe(expected);
  });
});
