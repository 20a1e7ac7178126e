import { ValidationError } from '../errors/ValidationError.ts';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { TokenCounter } from '../ports/TokenCounter.ts';
import { trimming } from '../rules/request/trimming.ts';
import { countOf } from './internal/guardedCount.ts';

/**
 * Keeps the prompt of a request within a number of tokens by leaving out as few of its oldest turns as possible.
 *
 * System and developer messages stay, and so do the last user message and the very last message. If that is still too
 * long, answers and tool calls within the last turn are left out, the oldest first. A tool call and its results stay or
 * go together. Tools and all other fields of the request are counted too, and stay unchanged.
 *
 * For an estimated count, its bound is used. Trimming a long conversation usually counts each message two to
 * four times, whatever its length.
 *
 * The given request is not modified; if it is short enough, it is returned itself. The counter must be synchronous; for
 * asynchronous counters use {@link trim}.
 *
 * @example
 * const counter = tiktokenCounter();
 * await counter.load();
 * groq.chat(trimTo({ model: 'openai/gpt-oss-20b', messages }, 4_000, counter));
 *
 * @param maxTokens The maximum number of tokens of the prompt. Leave room for the answer within the context window.
 * @throws {ContextLengthError} with the numbers, when the messages that must stay have more tokens.
 * @throws {ValidationError} when `maxTokens` is not a number of at least 1, or the counter fails or is asynchronous.
 */
export function trimTo<R extends ChatRequest>(request: R, maxTokens: number, counter: TokenCounter): R {
  checkMaxTokens(maxTokens);
  const steps = trimming(request, maxTokens);
  let step = steps.next();
  while (step.done !== true) {
    const count = countOf(counter, step.value);
    if (!('tokens' in count)) {
      // The count is not needed any more, but it may fail.
      count.subscribe({ error: () => undefined });
      const issue = { path: '', expected: 'a synchronous counter', got: 'an asynchronous one' };
      throw new ValidationError('The counter', [issue], 'Await its `load()` first, or use the operator `trim`.');
    }
    step = steps.next(count);
  }
  return step.value;
}

/** @throws {ValidationError} when it is not a number of at least 1. */
export function checkMaxTokens(maxTokens: number): void {
  if (typeof maxTokens === 'number' && maxTokens >= 1) return;
  const issue = { path: 'maxTokens', expected: 'a number of at least 1', got: String(maxTokens) };
  throw new ValidationError('The maximum to trim to', [issue], 'Pass a number of at least 1.');
}
