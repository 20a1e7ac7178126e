import { catchError, from, map, Observable, take, throwIfEmpty } from 'rxjs';
import * as z from 'zod';
import { isGroqError } from '../../errors/GroqError.ts';
import { ValidationError } from '../../errors/ValidationError.ts';
import type { ChatRequest } from '../../model/ChatRequest.ts';
import type { TokenCount } from '../../model/TokenCount.ts';
import type { TokenCounter } from '../../ports/TokenCounter.ts';
import { requestJson } from '../../rules/request/requestJson.ts';
import { checked } from '../../rules/request/validation.ts';

/**
 * Calls a counter and enforces its contract, since users can write their own: there is one count for each request. A
 * synchronous count is a plain value, which keeps the order of a burst.
 *
 * @throws {ValidationError} (also as `error`) when there is none. The error of the counter is its `cause`, unless the
 * request is one that cannot be sent.
 */
export function countOf(counter: TokenCounter, request: ChatRequest): TokenCount | Observable<TokenCount> {
  try {
    const count = counter.count(request);
    checkKind(count);
    if ('tokens' in count) return checkCount(count);
    return from(count).pipe(
      take(1),
      throwIfEmpty(() => noCount('nothing', CORRECT)),
      map(checkCount),
      catchError((error: unknown) => {
        throw failureOf(error, request);
      }),
    );
  } catch (error) {
    throw failureOf(error, request);
  }
}

const SUBJECT = 'The count of the counter';
const CORRECT = 'Correct the counter; nothing was sent.';

/** @throws {ValidationError} for a value that is neither a count nor an Observable or promise of one. */
function checkKind(count: unknown): void {
  if (typeof count !== 'object' || count === null) checked(countSchema, count, SUBJECT, CORRECT);
}

/** With a value that is not a number, no limit would be kept. */
function checkCount(count: TokenCount): TokenCount {
  checkKind(count);
  const { tokens, bound } = count;
  const isCount = Number.isFinite(tokens) && Number.isFinite(bound) && tokens >= 0 && bound >= 0;
  if (!isCount) checked(countSchema, count, SUBJECT, CORRECT);
  return count;
}

const countSchema = z.looseObject({ tokens: z.number().min(0), bound: z.number().min(0) });

function failureOf(error: unknown, request: ChatRequest): unknown {
  if (isGroqError(error)) return error;
  try {
    requestJson(request);
  } catch (unsendable) {
    // Then the counter is not to blame: a schema that contains itself, for example.
    return unsendable;
  }
  return noCount('an error', 'See the cause; nothing was sent.', { cause: error });
}

const noCount = (got: string, advice: string, options?: ErrorOptions): ValidationError =>
  new ValidationError('The counter', [{ path: 'count()', expected: 'a TokenCount', got }], advice, options);
