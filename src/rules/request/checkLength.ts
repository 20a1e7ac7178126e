import { ContextLengthError } from '../../errors/ContextLengthError.ts';
import type { ChatRequest } from '../../model/ChatRequest.ts';
import { MODELS } from '../../model/Models.ts';
import type { TokenCount } from '../../model/TokenCount.ts';
import { askedOutput } from './maxOutput.ts';

/**
 * Refuses a request that its model cannot take: because it allows a longer completion than the model writes, or because
 * prompt and completion do not fit into the context window together.
 *
 * Only what is certain is refused. Of a prompt that was estimated, as much is left out below the estimate as its bound
 * is above it. Models that are not in the catalogue can take anything, as far as is known here.
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

/** What a prompt has at least. */
const atLeast = ({ tokens, bound, exact }: TokenCount): number => (exact ? tokens : Math.max(0, 2 * tokens - bound));
