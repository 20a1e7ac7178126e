import type { ModelId } from '../../model/Models.ts';
import { MODELS, type Price } from '../../model/Models.ts';
import type { Usage } from '../../model/Usage.ts';
import type { TokensUsed } from '../../model/UsageRecord.ts';
import { tokensUsed } from './tokensUsed.ts';

/** What a batch costs of what the same requests cost at once. @see https://console.groq.com/docs/batch */
const BATCH_SHARE = 0.5;

/** Prices are for a million tokens. */
const MILLION = 1_000_000;

/** How {@link usageCost} reckons. */
export interface UsageCostOptions {
  /**
   * Whether the request came in a batch, at half the price.
   *
   * @default false
   */
  readonly batch?: boolean | undefined;
  /** @default that of the catalogue */
  readonly price?: Price | undefined;
}

/**
 * Tells what a usage report comes to, in US dollars: for the lines of a batch, say, which pass no queue.
 *
 * @example
 * usageCost('openai/gpt-oss-20b', { prompt_tokens: 1_000_000, completion_tokens: 0, total_tokens: 1_000_000 }); // => 0.075
 *
 * @return Nothing where the price of the model is not known.
 */
export function usageCost(model: ModelId, usage: Usage, options: UsageCostOptions = {}): number | undefined {
  const { batch = false, price = MODELS.get(model)?.price } = options;
  return priceOf(price, tokensUsed(usage), batch);
}

/**
 * What tokens come to at a price, in US dollars. Cached tokens have a price of their own where there is one; in a batch
 * they have the batch's, since nothing says that the two discounts add up.
 */
export function priceOf(price: Price | undefined, tokens: TokensUsed, batch = false): number | undefined {
  const { input, output, cachedInput = input } = price ?? {};
  if (input === undefined || output === undefined || cachedInput === undefined) return undefined;
  const { promptTokens, cachedTokens, completionTokens } = tokens;
  const written = completionTokens * output;
  if (batch) return ((promptTokens * input + written) * BATCH_SHARE) / MILLION;
  return ((promptTokens - cachedTokens) * input + cachedTokens * cachedInput + written) / MILLION;
}
