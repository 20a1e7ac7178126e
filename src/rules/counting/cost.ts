import type { ChatRequest } from '../../model/ChatRequest.ts';
import type { Cost } from '../../model/Cost.ts';
import type { Usage } from '../../model/Usage.ts';
import { askedOutput } from '../request/maxOutput.ts';

/** The cost of nothing. */
export const NO_COST: Cost = { requests: 0, tokens: 0, inputTokens: 0, outputTokens: 0, audioSeconds: 0 };

/** The cost of a request that the server refused: Groq charges no tokens for it. */
export const REFUSED_COST: Cost = { ...NO_COST, requests: 1 };

/**
 * The cost that Groq checks against the limits when a chat request arrives: the prompt plus `max_completion_tokens`, or
 * plus one token if no maximum was sent.
 *
 * @param promptTokens The tokens of the prompt: an upper bound if they are not known exactly.
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

/** The actual cost of a chat request. Groq does not count cached tokens. */
export function usedCost(usage: Usage): Cost {
  const cached = natural(usage.prompt_tokens_details?.cached_tokens);
  const input = Math.max(0, natural(usage.prompt_tokens) - cached);
  const output = natural(usage.completion_tokens);
  return { requests: 1, tokens: input + output, inputTokens: input, outputTokens: output, audioSeconds: 0 };
}

/** Whether a reserved cost is at least the needed one. */
export const covers = (reserved: Cost, needed: Cost): boolean =>
  reserved.requests >= needed.requests &&
  reserved.tokens >= needed.tokens &&
  reserved.inputTokens >= needed.inputTokens &&
  reserved.outputTokens >= needed.outputTokens &&
  reserved.audioSeconds >= needed.audioSeconds;

/** A count from outside; 0 if it is not plausible. */
export const natural = (value: unknown): number => (typeof value === 'number' && value > 0 && value < 1e12 ? value : 0);
