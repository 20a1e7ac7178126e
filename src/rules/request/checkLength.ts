import { ContextLengthError } from '../../errors/ContextLengthError.ts';
import type { ChatRequest } from '../../model/ChatRequest.ts';
import { MODELS } from '../../model/Models.ts';
import type { TokenCount } from '../../model/TokenCount.ts';
import { askedOutput } from './maxOutput.ts';

/**
 * Refuses a request that exceeds its model: its maximum completion is too long, or prompt and completion together do
 * not fit into the context window.
 *
 * Only certain cases are refused. For an estimated prompt, the lower bound counts, which is as far below the estimate
 * as the upper bound is above it; an estimate without an upper bound above it has no lower bound either. Requests to
 * models that are not in the catalogue are not checked.
 *
 * @see https://console.groq.com/docs/models
 * @throws {ContextLengthError} with the numbers.
 */
export function checkLength(request: ChatRequest, count: TokenCount): void {
  const { model } = request;
  const known = MODELS.get(model);
  if (known === undefined) return;
  const outputTokens = askedOutput(request) ?? 1;
  const promptTokens = atLeast(count);
  const figures = { promptTokens, outputTokens };
  if (outputTokens > known.maxCompletionTokens) {
    throw new ContextLengthError({ limitOf: 'output', limit: known.maxCompletionTokens, ...figures }, { model });
  }
  if (promptTokens + outputTokens > known.contextWindow) {
    throw new ContextLengthError({ limitOf: 'context', limit: known.contextWindow, ...figures }, { model });
  }
}

/** The lower bound of a prompt's tokens. */
function atLeast({ tokens, bound, exact }: TokenCount): number {
  if (exact) return tokens;
  // An estimate without a margin does not say how wrong it may be.
  return bound > tokens ? Math.max(0, 2 * tokens - bound) : 0;
}
