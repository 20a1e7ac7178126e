import { ValidationError } from '../errors/ValidationError.ts';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { TokenCounter } from '../ports/TokenCounter.ts';
import { trimming } from '../rules/request/trimming.ts';
import { countOf } from './guardedCount.ts';

/**
 * Keeps the prompt of a request within a number of tokens, by leaving out as few of its oldest turns as possible.
 *
 * What the system or the developer said stays, and so do the last message of the user and what came last. When that is
 * still too much, answers and calls within the last turn go, the oldest first. A call of tools and its results stay or
 * go together. Tools and everything else of the request are counted with it and stay as they are.
 *
 * An estimate counts with its bound. A long conversation costs five times its count or so, whatever its length.
 *
 * The request that was given is not changed, and it is given back as it is when it is short enough. The counter has to
 * answer at once: for one that answers later there is {@link trim}.
 *
 * @example
 * const counter = tiktokenCounter();
 * await counter.load();
 * groq.chat(trimTo({ model: 'openai/gpt-oss-20b', messages }, 4_000, counter));
 *
 * @param maxTokens How many tokens the prompt may have. Leave room for the answer within the context window.
 * @throws {ContextLengthError} with the numbers, when what has to stay has more.
 * @throws {ValidationError} when `maxTokens` is no number of at least 1, or the counter fails or does not answer at once.
 */
export function trimTo<R extends ChatRequest>(request: R, maxTokens: number, counter: TokenCounter): R {
  checkMaxTokens(maxTokens);
  const steps = trimming(request, maxTokens);
  let step = steps.next();
  while (step.done !== true) {
    const count = countOf(counter, step.value);
    if (!('tokens' in count)) {
      // Nobody waits for it, but it may fail.
      count.subscribe({ error: () => undefined });
      const issue = { path: '', expected: 'one that answers at once', got: 'one that answers later' };
      throw new ValidationError('The counter', [issue], 'Await its `load()` first, or use the operator `trim`.');
    }
    step = steps.next(count);
  }
  return step.value;
}

/** @throws {ValidationError} when it is no number of tokens. */
export function checkMaxTokens(maxTokens: number): void {
  if (typeof maxTokens === 'number' && maxTokens >= 1) return;
  const issue = { path: 'maxTokens', expected: 'a number of at least 1', got: String(maxTokens) };
  throw new ValidationError('What to trim to', [issue], 'Correct it: nothing was trimmed.');
}
