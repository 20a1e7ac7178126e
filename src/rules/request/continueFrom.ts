import { ValidationError } from '../../errors/ValidationError.ts';
import type { ChatInput, Message } from '../../model/ChatRequest.ts';
import type { AnswerSnapshot } from '../../model/Token.ts';
import type { Usage } from '../../model/Usage.ts';

/** The part of an answer that broke off: any error with `partial`, or a stored snapshot. */
export interface BrokenOff {
  readonly partial?: AnswerSnapshot | undefined;
  readonly usage?: Usage | undefined;
}

/**
 * Builds the request that continues an answer that broke off: the text that had arrived is appended as an assistant
 * message, and the model continues after its last character. The new answer contains only the rest, so concatenate
 * both; if it breaks off too, continue from its error and the request that it answered.
 *
 * Only text is continued; reasoning is dropped. The request is returned unchanged, to be repeated, if there is no text
 * yet, if the answer has tool calls, whose results would have to come first, and if the answer must be JSON, since the
 * rest alone is not valid JSON. `max_completion_tokens` is lowered by the usage, if the stream had reported it.
 *
 * @example
 * const request = { model: 'openai/gpt-oss-20b', messages: [{ role: 'user' as const, content: 'Tell me a story.' }] };
 * const tell = (request: ChatInput): Observable<string> =>
 *   groq.chat(request).pipe(
 *     text(),
 *     catchError((error) => {
 *       if (!isGroqError(error) || error.partial === undefined) throw error;
 *       return tell(continueFrom(error, request));
 *     }),
 *   );
 *
 * @param error The error, with the part of the answer that had arrived.
 * @param request The request that failed. The error does not contain it.
 * @throws {ValidationError} when the error has no `partial`, or a complete answer of which only the usage was missing.
 * @see https://console.groq.com/docs/prefilling
 */
export function continueFrom<R extends ChatInput>(error: BrokenOff, request: R): R {
  const { partial, usage } = error;
  if (partial === undefined) {
    const issue = { path: 'partial', expected: 'the part of the answer that had arrived', got: 'nothing' };
    throw new ValidationError('The error', [issue], 'Repeat the request: the error holds no part of its answer.');
  }
  const { text, toolCalls, finish } = partial;
  // An answer that reached its maximum can be continued.
  if (finish !== undefined && finish.reason !== 'length') {
    const issue = { path: 'partial', expected: 'part of an answer', got: 'a complete answer' };
    throw new ValidationError('The error', [issue], 'Use `partial` as it is: only the usage was missing.');
  }
  const { type = 'text' } = request.response_format ?? {};
  if (text === '' || toolCalls.length > 0 || type !== 'text') return request;
  const used = usage?.completion_tokens ?? 0;
  return {
    ...request,
    messages: endingWith(request.messages, text),
    ...less(request, 'max_completion_tokens', used),
    ...less(request, 'max_tokens', used),
  };
}

/** The messages with more text of the assistant: two assistant messages in a row would be two answers. */
function endingWith(messages: readonly Message[], text: string): Message[] {
  const last = messages.at(-1);
  const before = messages.slice(0, -1);
  if (last?.role !== 'assistant' || last.tool_calls !== undefined) {
    return [...messages, { role: 'assistant', content: text }];
  }
  const content = last.content ?? '';
  const longer = typeof content === 'string' ? content + text : [...content, { type: 'text' as const, text }];
  return [...before, { ...last, content: longer }];
}

/** A maximum, if there is one, minus the used part. At least 1 must be left. */
function less(request: ChatInput, name: 'max_completion_tokens' | 'max_tokens', used: number) {
  const most = request[name];
  return typeof most === 'number' ? { [name]: Math.max(1, most - used) } : {};
}
