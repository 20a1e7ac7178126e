import { map, type OperatorFunction } from 'rxjs';
import type { ChatRequest } from '../model/ChatRequest.ts';
import { checkRequest } from '../rules/request/checkRequest.ts';

/**
 * Checks that values are chat requests that Groq would accept, and ends the stream with a clear error if one is not.
 *
 * <span class="informal">Finds mistakes before anything is sent or charged.</span>
 *
 * ![](../../marbles/validate.svg)
 *
 * Unknown fields of the body are accepted, since Groq adds new ones now and then. Unknown properties of messages are
 * refused, as Groq refuses them. The request itself is emitted, not a copy.
 *
 * ## Example
 * ### A request without a question
 * ```ts
 * import { validate } from 'rxgroq/operators';
 * import { of } from 'rxjs';
 *
 * of({ model: 'openai/gpt-oss-20b', messages: [] })
 *   .pipe(validate())
 *   .subscribe({ error: ({ path, expected, got }) => console.log(path, expected, got) });
 * // => messages an array of at least 1 item an array of 0
 * ```
 *
 * @see {@link countTokens}
 * @return A function that returns an Observable of the requests.
 * @throws {ValidationError} (as `error`) with the path, what was expected and what was given.
 */
export function validate(): OperatorFunction<unknown, ChatRequest> {
  return map(checkRequest);
}
