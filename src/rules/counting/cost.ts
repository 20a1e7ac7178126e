import type { ChatRequest } from '../../model/ChatRequest.ts';
import type { Cost } from '../../model/Cost.ts';
import type { Usage } from '../../model/Usage.ts';
import { askedOutput } from '../request/maxOutput.ts';

/** The cost of nothing. */
export const NO_COST: Cost = { requests: 0, tokens: 0, inputTokens: 0, outputTokens: 0, audioSeconds: 0 };

/** What a request costs that reached the server and was refused there: Groq charges no tokens for it. */
export const REFUSED_COST: Cost = { ...NO_COST, requests: 1 };

/**
 * What Groq checks against the limits when a chat request arrives: the prompt and `max_completion_tokens`, or the
 * prompt and one more token when no maximum was sent.
 *
 * @param promptTokens Tokens of the prompt, an upper bound where they are not known exactly.
 */
export function chatCost(request: ChatRequest, promptTokens: number): Cost {
  const output = askedOutput(request) ?? 1;
  return {
    requests: 1,
    tokens: promptTokens + output,
    inputTokens: promptTokens,
    outputTokens: output,
    audioSeconds: 0,
  };
}

/** What a chat request turned out to cost. Groq does not count cached tokens. */
export function usedCost(usage: Usage): Cost {
  const cached = natural(usage.prompt_tokens_details?.cached_tokens);
  const input = Math.max(0, natural(usage.prompt_tokens) - cached);
  const output = natural(usage.completion_tokens);
  return { requests: 1, tokens: input + output, inputTokens: input, outputTokens: output, audioSeconds: 0 };
}

/** Whether what was reserved pays for what is needed. */
export const covers = (reserved: Cost, needed: Cost): boolean =>
  reserved.requests >= needed.requests &&
  reserved.tokens >= needed.tokens &&
  reserved.inputTokens >= needed.inputTokens &&
  reserved.outputTokens >= needed.outputTokens &&
  reserved.audioSeconds >= needed.audioSeconds;

/** A count from outside: what is no count counts for nothing. */
export const natural = (value: unknown): number => (typeof value === 'number' && value > 0 && value < 1e12 ? value : 0);
