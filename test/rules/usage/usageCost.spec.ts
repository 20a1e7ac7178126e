import { describe, expect, it } from 'vitest';
import { MODELS } from '../../../src/model/Models.ts';
import { tokensUsed } from '../../../src/rules/usage/tokensUsed.ts';
import { priceOf, usageCost } from '../../../src/rules/usage/usageCost.ts';

const usage = {
  prompt_tokens: 1_000_000,
  completion_tokens: 2_000_000,
  total_tokens: 3_000_000,
  prompt_tokens_details: { cached_tokens: 400_000 },
};

describe('usageCost', () => {
  it.each([
    ['openai/gpt-oss-20b', 0.6 * 0.075 + 0.4 * 0.0375 + 2 * 0.3],
    ['openai/gpt-oss-120b', 0.6 * 0.15 + 0.4 * 0.075 + 2 * 0.6],
    // It has no separate price for cached tokens.
    ['openai/gpt-oss-safeguard-20b', 0.075 + 2 * 0.3],
    ['meta-llama/llama-prompt-guard-2-22m', 0.03 + 2 * 0.03],
  ])('should use the prices of %s', (model, expected) => {
    expect(usageCost(model, usage)).toBeCloseTo(expected, 12);
  });

  it('should be half the price in a batch, without a discount for cached tokens', () => {
    expect(usageCost('openai/gpt-oss-20b', usage, { batch: true })).toBeCloseTo((0.075 + 2 * 0.3) / 2, 12);
  });

  it.each(['qwen/qwen3.8-27b', 'groq/compound', 'whisper-large-v3', 'unheard/of', 'constructor'])(
    'should be undefined for %s, whose tokens have no price',
    (model) => {
      expect(usageCost(model, usage)).toBeUndefined();
      expect(usageCost(model, { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 })).toBeUndefined();
    },
  );

  it('should use a given price', () => {
    expect(usageCost('unheard/of', usage, { price: { input: 1, output: 10, cachedInput: 0 } })).toBeCloseTo(20.6, 12);
    expect(usageCost('unheard/of', usage, { price: { input: 1 } })).toBeUndefined();
    expect(priceOf({ input: 1, output: 10, cachedInput: 0 }, tokensUsed(usage))).toBeCloseTo(20.6, 12);
  });

  it('should never be higher with cached tokens, for any model', () => {
    for (const [model, { price }] of MODELS) {
      const cached = priceOf(price, tokensUsed(usage));
      const fresh = priceOf(price, { ...tokensUsed(usage), cachedTokens: 0 });
      expect([model, (cached ?? 0) <= (fresh ?? 0)]).toEqual([model, true]);
    }
  });
});
