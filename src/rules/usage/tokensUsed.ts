import type { Usage } from '../../model/Usage.ts';
import type { TokensUsed } from '../../model/UsageRecord.ts';
import { natural } from '../counting/cost.ts';

/** What a request uses that was refused. */
export const NO_TOKENS: TokensUsed = {
  promptTokens: 0,
  cachedTokens: 0,
  completionTokens: 0,
  reasoningTokens: 0,
  totalTokens: 0,
};

/**
 * Reads what Groq reports to have used. Cached tokens are a part of the prompt and reasoning a part of the completion,
 * whatever a report says.
 *
 * @see https://console.groq.com/docs/prompt-caching
 */
export function tokensUsed(usage: Usage): TokensUsed {
  const promptTokens = natural(usage.prompt_tokens);
  const completionTokens = natural(usage.completion_tokens);
  return {
    promptTokens,
    cachedTokens: Math.min(promptTokens, natural(usage.prompt_tokens_details?.cached_tokens)),
    completionTokens,
    reasoningTokens: Math.min(completionTokens, natural(usage.completion_tokens_details?.reasoning_tokens)),
    totalTokens: promptTokens + completionTokens,
  };
}
