import type { ChatCompletion, ChatCompletionChunk } from '../../model/Chunk.ts';
import type { Usage } from '../../model/Usage.ts';
import { isObject } from '../isObject.ts';

/** The maximum plausible count: sixteen times Groq's largest context window. */
const MOST_TOKENS = 2_097_152;

/**
 * The usage that a chunk or completion reports, at the top level or where Groq had it first. Counts that are not whole
 * or not plausible are ignored, so that they are neither refunded nor charged.
 */
export const usageOf = (value: Partial<ChatCompletionChunk | ChatCompletion>): Usage | undefined => {
  const usage: unknown = value.usage ?? value.x_groq?.usage;
  if (!isObject(usage)) return undefined;
  const { prompt_tokens: prompt, completion_tokens: completion } = usage;
  return isCount(prompt) && isCount(completion) ? (usage as unknown as Usage) : undefined;
};

const isCount = (value: unknown): boolean =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MOST_TOKENS;
