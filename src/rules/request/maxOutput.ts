import type { ChatRequest } from '../../model/ChatRequest.ts';
import { MODELS } from '../../model/Models.ts';

/** The longest completion of any of Groq's models, in tokens: assumed for unknown models. */
const LONGEST = 131_072;

/** The maximum length of the completion in tokens, if the request sets one. */
export const askedOutput = ({ max_completion_tokens: asked, max_tokens: old }: ChatRequest): number | undefined =>
  asked ?? old ?? undefined;

/**
 * The maximum length of the completion in tokens, as the request or else its model allows.
 *
 * @param promptTokens The tokens of the prompt, which take up a part of the context window.
 */
export function maxOutput(request: ChatRequest, promptTokens: number): number {
  const asked = askedOutput(request);
  if (asked !== undefined) return asked;
  const model = MODELS.get(request.model);
  if (model === undefined) return LONGEST;
  return Math.max(1, Math.min(model.maxCompletionTokens, model.contextWindow - promptTokens));
}
