import { ValidationError } from '../../errors/ValidationError.ts';
import type { ChatInput, Message } from '../../model/ChatRequest.ts';
import type { AnswerSnapshot } from '../../model/Token.ts';
import type { Usage } from '../../model/Usage.ts';

/** What is known of an answer that broke off: any error that has `partial`, or a snapshot that was kept. */
export interface BrokenOff {
  readonly partial?: AnswerSnapshot | undefined;
  readonly usage?: Usage | undefined;
}

/**
 * Makes the request that goes on from where an answer broke off: the text that had come ends the messages as what the
 * assistant has said, and the model goes on after its last letter. The new answer has only the rest, so put both
 * together; when that breaks off too, continue from its error and from the request that it answered.
 *
 * Only text is taken up. What the model had thought is over once it has begun to write, and goes for nothing when it
 * has not. The request comes back as it was, to be asked anew, when there is no text yet, when the answer has called
 * tools, whose results would have to come first, and when it has to be JSON, since the rest alone is none.
 *
 * `max_completion_tokens` is lowered by what was used, where the stream had said so.
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
 * @param error With what came of the answer.
 * @param request What was asked. The error does not hold it.
 * @throws {ValidationError} when the error has nothing of an answer.
 * @see https://console.groq.com/docs/prefilling
 */
export function continueFrom<R extends ChatInput>(error: BrokenOff, request: R): R {
  const { partial, usage } = error;
  if (partial === undefined) {
    const issue = { path: 'partial', expected: 'the part of the answer that had arrived', got: 'nothing' };
    throw new ValidationError('The error', [issue], 'Repeat the request: nothing had arrived before it failed.');
  }
  const { text, toolCalls } = partial;
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

/** The messages with more of what the assistant says: two of its messages in a row would be two answers. */
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

/** A maximum, where there is one, without what was used of it. Some of it has to be left. */
function less(request: ChatInput, name: 'max_completion_tokens' | 'max_tokens', used: number) {
  const most = request[name];
  return typeof most === 'number' ? { [name]: Math.max(1, most - used) } : {};
}
