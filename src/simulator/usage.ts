import type { Usage } from '../model/Usage.ts';
import type { WrittenTokens } from './Draft.ts';
import type { Pace } from './pace.ts';

/** The share of the time to the first token that is spent in the queue; the rest is for the prompt. */
const QUEUE = 0.9;

/** Seconds, as Groq writes them: to the nanosecond. */
function seconds(ms: number): number {
  return Math.round(ms * 1e6) / 1e9;
}

/**
 * Creates the reported usage of an answer, with its fields in Groq's order. The total time does not include the queue.
 * Cached tokens and reasoning tokens are included only if there are any.
 */
export function renderUsage(
  prompt: { tokens: number; cached: number },
  { completionTokens, reasoningTokens }: WrittenTokens,
  pace: Pace,
): Usage {
  const promptTime = seconds(pace.firstToken * (1 - QUEUE));
  const completionTime = seconds((completionTokens * 1_000) / pace.tokensPerSecond);
  return {
    queue_time: seconds(pace.firstToken * QUEUE),
    prompt_tokens: prompt.tokens,
    prompt_time: promptTime,
    completion_tokens: completionTokens,
    completion_time: completionTime,
    total_tokens: prompt.tokens + completionTokens,
    total_time: seconds((promptTime + completionTime) * 1_000),
    ...(prompt.cached > 0 && { prompt_tokens_details: { cached_tokens: prompt.cached } }),
    ...(reasoningTokens > 0 && { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
  };
}
