import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContextLengthError } from '../../../src/errors/ContextLengthError.ts';
import { isContextLengthError } from '../../../src/errors/guards.ts';
import type { ChatRequest } from '../../../src/model/ChatRequest.ts';
import { MODELS } from '../../../src/model/Models.ts';
import type { TokenCount } from '../../../src/model/TokenCount.ts';
import { checkLength } from '../../../src/rules/request/checkLength.ts';

const model = 'openai/gpt-oss-20b';
const exactly = (tokens: number): TokenCount => ({ tokens, bound: tokens, exact: true });

/** The error of a request that is refused. */
function refusal(count: TokenCount, rest: Partial<ChatRequest> = {}): ContextLengthError | undefined {
  try {
    checkLength({ model, messages: [], ...rest }, count);
    return undefined;
  } catch (error) {
    if (isContextLengthError(error)) return error;
    throw error;
  }
}

describe('checkLength', () => {
  it.each([
    ['a prompt that leaves one token', 131_071, {}, undefined],
    ['a prompt that leaves none', 131_072, {}, 'context'],
    ['an answer that just fits beside the prompt', 130_972, { max_completion_tokens: 100 }, undefined],
    ['an answer that does not', 130_973, { max_completion_tokens: 100 }, 'context'],
    ['one that does not, by the old name', 130_973, { max_tokens: 100 }, 'context'],
    ['one that may be left open', 130_973, { max_completion_tokens: null, max_tokens: null }, undefined],
    ['the longest answer there is', 100, { max_completion_tokens: 65_536 }, undefined],
    ['a longer one', 100, { max_completion_tokens: 65_537 }, 'output'],
    ['anything to a model that is not known', 1e9, { model: 'unheard/of', max_completion_tokens: 1e9 }, undefined],
  ] as const)('should decide on %s', (_, tokens, rest, expected) => {
    expect(refusal(exactly(tokens), rest)?.limitOf).toBe(expected);
  });

  it('should report the numbers, with advice', () => {
    const error = refusal(exactly(131_000), { max_completion_tokens: 4_096 });
    expect(error).toMatchObject({
      code: 'GROQ_ERR_CONTEXT_LENGTH',
      limitOf: 'context',
      limit: 131_072,
      promptTokens: 131_000,
      outputTokens: 4_096,
      model,
    });
    expect(String(error)).toBe(
      'ContextLengthError: The prompt has at least 131,000 tokens and the answer needs 4,096, but the context window of openai/gpt-oss-20b is 131,072. Shorten the messages, for example with `trimTo`, or lower max_completion_tokens.',
    );
    expect(String(refusal(exactly(1), { max_completion_tokens: 70_000 }))).toBe(
      'ContextLengthError: The request allows 70,000 tokens for the answer, but the maximum of openai/gpt-oss-20b is 65,536. Lower max_completion_tokens.',
    );
  });

  it('should accept a request that is not certain to be too long', () => {
    expect(refusal({ tokens: 135_000, bound: 140_000, exact: false })).toBeUndefined();
    expect(refusal({ tokens: 135_000, bound: 138_000, exact: false })).toMatchObject({ promptTokens: 132_000 });
    expect(refusal({ tokens: 10, bound: 500_000, exact: false })).toBeUndefined();
    // It does not say how wrong it may be.
    expect(refusal({ tokens: 150_000, bound: 150_000, exact: false })).toBeUndefined();
  });

  it('should accept every request that fits by the estimate, and refuse those that cannot fit', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MODELS.keys()),
        fc.nat(300_000),
        fc.integer({ min: 1, max: 50_000 }),
        fc.integer({ min: 1, max: 100_000 }),
        (name, tokens, margin, output) => {
          const { contextWindow = 0, maxCompletionTokens = 0 } = MODELS.get(name) ?? {};
          const count = { tokens, bound: tokens + margin, exact: false };
          const refused = refusal(count, { model: name, max_completion_tokens: output }) !== undefined;
          if (tokens + output <= contextWindow && output <= maxCompletionTokens) expect(refused).toBe(false);
          if (tokens - margin + output > contextWindow) expect(refused).toBe(true);
        },
      ),
    );
  });
});
