import { map, type OperatorFunction } from 'rxjs';
import type { ChatRequest } from '../model/ChatRequest.ts';
import { checkRequest } from '../rules/request/checkRequest.ts';

/**
 * Lets pass what Groq would accept as a chat request, and ends the stream with a clear error at what it would not.
 *
 * <span class="informal">Finds out before anything is sent or charged.</span>
 *
 * ![](../../marbles/validate.svg)
 *
 * Fields of the body that are not known here pass, since Groq adds some now and then. Properties of messages that are
 * not known are refused, as Groq refuses them. The request itself comes out, not a copy.
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
 * @throws {ValidationError} (as `error`) that names the path, what was expected and what was got.
 */
export function validate(): OperatorFunction<unknown, ChatRequest> {
  return map(checkRequest);
}
