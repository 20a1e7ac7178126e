import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../src/model/Usage.ts';
import { tokensUsed } from '../../../src/rules/usage/tokensUsed.ts';

describe('tokensUsed', () => {
  it('should separate cached and reasoning tokens', () => {
    expect(
      tokensUsed({
        prompt_tokens: 100,
        completion_tokens: 40,
        total_tokens: 140,
        prompt_tokens_details: { cached_tokens: 64 },
        completion_tokens_details: { reasoning_tokens: 30 },
      }),
    ).toEqual({ promptTokens: 100, cachedTokens: 64, completionTokens: 40, reasoningTokens: 30, totalTokens: 140 });
  });

  it.each([
    ['no details', { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 }, [5, 0, 3, 0, 8]],
    [
      'details that are null',
      {
        prompt_tokens: 5,
        completion_tokens: 3,
        total_tokens: 8,
        prompt_tokens_details: null,
        completion_tokens_details: null,
      },
      [5, 0, 3, 0, 8],
    ],
    [
      'parts that are more than the whole',
      {
        prompt_tokens: 5,
        completion_tokens: 3,
        total_tokens: 8,
        prompt_tokens_details: { cached_tokens: 9 },
        completion_tokens_details: { reasoning_tokens: 9 },
      },
      [5, 5, 3, 3, 8],
    ],
    ['what is no count', { prompt_tokens: NaN, completion_tokens: '3', total_tokens: -1 }, [0, 0, 0, 0, 0]],
    ['nothing', {}, [0, 0, 0, 0, 0]],
  ])('should accept %s', (_, usage, expected) => {
    expect(Object.values(tokensUsed(usage as Usage))).toEqual(expected);
  });
});
