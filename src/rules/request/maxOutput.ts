import type { ChatRequest } from '../../model/ChatRequest.ts';
import { MODELS } from '../../model/Models.ts';

/** The longest completion that any model of Groq's writes, in tokens: for models that are not known. */
const LONGEST = 131_072;

/** How many tokens the completion of a request may have, as far as it says so itself. */
export const askedOutput = ({ max_completion_tokens: asked, max_tokens: old }: ChatRequest): number | undefined =>
  asked ?? old ?? undefined;

/**
 * Tells how many tokens the completion of a request has at the most: as many as it allows, or as its model allows.
 *
 * @param promptTokens Tokens of the prompt, which take their part of the context window.
 */
export function maxOutput(request: ChatRequest, promptTokens: number): number {
  const asked = askedOutput(request);
  if (asked !== undefined) return asked;
  const model = MODELS.get(request.model);
  if (model === undefined) return LONGEST;
  return Math.max(1, Math.min(model.maxCompletionTokens, model.contextWindow - promptTokens));
}
