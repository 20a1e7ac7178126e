import type { ChatRequest, Message } from '../../model/ChatRequest.ts';
import type { ModelId } from '../../model/Models.ts';
import type { TokenCount } from '../../model/TokenCount.ts';
import { addDocuments } from './addDocuments.ts';
import type { CountText } from './CountText.ts';
import { calledFunctions } from './calledFunctions.ts';
import { contentText } from './contentText.ts';
import { developerMessage } from './harmony/developerMessage.ts';
import { Tally } from './Tally.ts';

// The figures were found by comparing recorded requests with the `prompt_tokens` that Groq reported.

/** The system message: identity, dates, reasoning effort and channels, whose length never changes. */
const SYSTEM_MESSAGE = 61;
/** The start of a message, its role, the start of its content and its end. */
const MESSAGE = 4;
/** The channel of a final answer. */
const FINAL = 2;
/** The start of the requested answer, and its role. */
const ANSWER = 2;
/** A call without its function and arguments: its frame, role, channel and type. */
const CALL = 8;
/** An additional token of each call, observed if the request declares no tools. */
const UNDECLARED_CALL = 1;
/** The result of a call, without its function and content. */
const RESULT = 3;

/** What differs between versions of the template. */
export interface ChatTemplateOptions {
  /**
   * The tokens of `additionalProperties: false` in the parameters of a function: none in requests recorded until
   * November 2025, {@link CLOSED_OBJECT} in later ones. The bound allows for either.
   *
   * @default 0
   */
  readonly closedObjectTokens?: number | undefined;
}

/** Whether {@link countChatTemplate} counts the prompts of a model. */
export function hasChatTemplate(model: ModelId): boolean {
  return model.startsWith('openai/gpt-oss-');
}

/**
 * Counts the prompt that Groq builds from a request to one of OpenAI's gpt-oss models.
 *
 * The count is exact for texts in any number of turns, with or without instructions. With functions, calls, formats or
 * attachments it is an estimate, which is right for nearly all recorded requests; the upper bound holds for all of
 * them.
 *
 * @param count Counts the tokens of a text in o200k.
 * @see https://github.com/openai/harmony/blob/main/docs/format.md
 * @example
 * const request: ChatRequest = { model: 'openai/gpt-oss-20b', messages: [{ role: 'user', content: 'hi' }] };
 * countChatTemplate(request, bpe.countTokens); // => { tokens: 72, bound: 72, exact: true }
 */
export function countChatTemplate(
  request: ChatRequest,
  count: CountText,
  { closedObjectTokens = 0 }: ChatTemplateOptions = {},
): TokenCount {
  const tally = new Tally();
  // Every prompt has a developer message, even if it is empty.
  tally.add(SYSTEM_MESSAGE + MESSAGE + ANSWER);
  tally.add(count(developerMessage(request, tally, count, closedObjectTokens)));
  const declares = (request.tools ?? []).length > 0;
  const called = new Map<string, string>();
  for (const message of request.messages) {
    switch (message.role) {
      case 'user':
        addText(tally, message, MESSAGE, count);
        break;
      case 'assistant':
        addAnswer(tally, message, called, declares ? CALL : CALL + UNDECLARED_CALL, count);
        break;
      case 'tool':
        addResult(tally, message, called.get(message.tool_call_id) ?? '', count);
        break;
      case 'function':
        addResult(tally, message, message.name, count);
        break;
    }
  }
  addDocuments(tally, request, count);
  return tally.total;
}

function addText(
  tally: Tally,
  { content, name }: Extract<Message, { role: 'user' | 'assistant' }>,
  frame: number,
  count: CountText,
): void {
  tally.add(frame + count(contentText(content, tally, count)));
  if (name !== undefined) tally.guess(0, count(name) + 2);
}

function addAnswer(
  tally: Tally,
  message: Extract<Message, { role: 'assistant' }>,
  called: Map<string, string>,
  frame: number,
  count: CountText,
): void {
  const { content, reasoning, tool_calls } = message;
  for (const { id, function: call } of tool_calls ?? []) called.set(id, call.name);
  const calls = calledFunctions(message);
  for (const { name, arguments: json } of calls) {
    tally.guess(frame + count(` to=functions.${name}`) + count(json), 4 + json.length / 8);
  }
  // Groq leaves reasoning, and text next to a call, out of the prompt.
  if (reasoning) tally.guess(0, MESSAGE + FINAL + count(reasoning));
  if (calls.length === 0) addText(tally, message, MESSAGE + FINAL, count);
  else if (content?.length) tally.guess(0, MESSAGE + FINAL + count(contentText(content, tally, count)));
}

function addResult(
  tally: Tally,
  { content }: Extract<Message, { role: 'tool' | 'function' }>,
  name: string,
  count: CountText,
): void {
  tally.guess(RESULT + count(`functions.${name}`) + count(contentText(content, tally, count)), 4);
}
