import type { ChatRequest } from '../model/ChatRequest.ts';
import type { Prompt } from './PendingAnswer.ts';
import type { ResolvedOptions } from './SimulatorOptions.ts';

/**
 * Counts the tokens of a prompt, and how many of them are cached.
 *
 * @throws {TypeError} when an option does not return a number of tokens.
 */
export function promptTokensOf(
  { countPrompt, countCached }: ResolvedOptions,
  request: ChatRequest,
): Prompt | Promise<Prompt> {
  const promptWith = (tokens: number): Prompt => ({
    tokens: checkedCount('countPrompt', tokens),
    cached: checkedCount('countCached', countCached(request)),
  });
  const tokens = countPrompt(request);
  return tokens instanceof Promise ? tokens.then(promptWith) : promptWith(tokens);
}

function checkedCount(option: 'countPrompt' | 'countCached', tokens: number): number {
  if (Number.isSafeInteger(tokens) && tokens >= 0) return tokens;
  throw new TypeError(`the option ${option} must return a whole number of tokens, got ${String(tokens)}`);
}
