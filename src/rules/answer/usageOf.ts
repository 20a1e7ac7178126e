import type { ChatCompletion, ChatCompletionChunk } from '../../model/Chunk.ts';
import type { Usage } from '../../model/Usage.ts';
import { isObject } from '../isObject.ts';

/** More tokens than any model takes or writes: sixteen times the largest context window of Groq's. */
const MOST_TOKENS = 2_097_152;

/**
 * What a chunk or a completion says was used: at the top, or where Groq had it first. What is not counted in whole
 * tokens, or in more than can be, says nothing, so that nothing is given back or taken for it.
 */
export const usageOf = (value: ChatCompletionChunk | ChatCompletion): Usage | undefined => {
  const usage: unknown = value.usage ?? value.x_groq?.usage;
  if (!isObject(usage)) return undefined;
  const { prompt_tokens: prompt, completion_tokens: completion } = usage;
  return isCount(prompt) && isCount(completion) ? (usage as unknown as Usage) : undefined;
};

const isCount = (value: unknown): boolean =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MOST_TOKENS;
