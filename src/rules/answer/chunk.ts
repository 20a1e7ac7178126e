import { ProtocolError } from '../../errors/ProtocolError.ts';
import type { ChatCompletion, ChatCompletionChunk } from '../../model/Chunk.ts';
import type { Usage } from '../../model/Usage.ts';
import { errorFrom } from '../failures/httpError.ts';
import { isObject } from '../isObject.ts';
import { isDeeper } from './jsonDepth.ts';

/** What ends a stream, instead of a chunk. */
export const DONE = '[DONE]';

/** How deep JSON may go. Groq's own goes no deeper than ten; what recurses over it later must not run out of stack. */
const MAX_DEPTH = 128;

/** How many choices there may be, the limit of OpenAI's `n`. Groq gives one. */
const MAX_CHOICES = 128;

/** How many tool calls a request may have, and so an answer. Groq's limit on `tools`. */
export const MAX_TOOL_CALLS = 128;

/**
 * Reads the data of one event of a stream.
 *
 * @throws {ProtocolError} when it is not what Groq sends. The error does not hold the data.
 * @throws {HttpError} when it is an error that Groq sends in the middle of a stream.
 */
export function parseChunk(data: string): ChatCompletionChunk {
  const chunk = parseObject(data, 'An event of the stream');
  failIfError(chunk);
  const choices = chunk['choices'];
  if (!Array.isArray(choices) || !choices.every(isObject)) {
    throw new ProtocolError('An event of the stream has no list of choices.');
  }
  failIfMore(choices.length, MAX_CHOICES, 'An event of the stream has', 'choices');
  return chunk as unknown as ChatCompletionChunk;
}

/** Reads the body of an answer that was not streamed. See {@link parseChunk} for what it throws. */
export function parseCompletion(body: string): ChatCompletion {
  const completion = parseObject(body, 'The answer');
  failIfError(completion);
  const choices = Array.isArray(completion['choices']) ? (completion['choices'] as unknown[]) : [];
  failIfMore(choices.length, MAX_CHOICES, 'The answer has', 'choices');
  const [choice] = choices;
  if (!isObject(choice) || !isObject(choice['message'])) throw new ProtocolError('The answer has no message.');
  const { content, reasoning, tool_calls: toolCalls } = choice['message'];
  failIfNoText({ content, reasoning, finish_reason: choice['finish_reason'] });
  failIfNoCalls(toolCalls);
  return completion as unknown as ChatCompletion;
}

/** Reads a JSON object, whose name an error begins with. */
export function parseObject(text: string, name: string): Record<string, unknown> {
  if (isDeeper(text, MAX_DEPTH)) throw new ProtocolError(`${name} is nested more than ${MAX_DEPTH} levels deep.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolError(`${name} is not JSON.`);
  }
  if (!isObject(value)) throw new ProtocolError(`${name} is not a JSON object.`);
  return value;
}

/** More tokens than any model takes or writes: sixteen times the largest context window of Groq's. */
const MOST_TOKENS = 2_097_152;

/**
 * What a chunk or a completion says was used: at the top, or where Groq had it first. What is not counted in whole
 * tokens, or in more than can be, says nothing, so that nothing is given back or taken for it.
 */
export const usageOf = (value: ChatCompletionChunk | ChatCompletion): Usage | undefined => {
  const usage: unknown = value.usage ?? value.x_groq?.usage;
  if (!isObject(usage)) return undefined;
  const { prompt_tokens: prompt, completion_tokens: completion } = usage;
  return isCount(prompt) && isCount(completion) ? (usage as unknown as Usage) : undefined;
};

const isCount = (value: unknown): boolean =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MOST_TOKENS;

function failIfMore(count: number, limit: number, subject: string, what: string): void {
  if (count > limit) throw new ProtocolError(`${subject} ${count} ${what}, which is more than ${limit}.`);
}

/** @throws {ProtocolError} when one of the fields that may hold a text holds something else. */
function failIfNoText(fields: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (typeof (value ?? '') !== 'string') throw new ProtocolError(`The answer has a \`${name}\` that is no text.`);
  }
}

/** @throws {ProtocolError} when what may be a list of tool calls is anything else. */
function failIfNoCalls(toolCalls: unknown): void {
  const calls: unknown = toolCalls ?? [];
  if (!Array.isArray(calls)) throw new ProtocolError('The answer has tool calls that are no list.');
  failIfMore(calls.length, MAX_TOOL_CALLS, 'The answer has', 'tool calls');
  if (!calls.every(isToolCall))
    throw new ProtocolError('The answer has a tool call without an id, a name or arguments.');
}

const isToolCall = (call: unknown): boolean =>
  isObject(call) &&
  typeof call['id'] === 'string' &&
  isObject(call['function']) &&
  typeof call['function']['name'] === 'string' &&
  typeof call['function']['arguments'] === 'string';

function failIfError(value: Record<string, unknown>): void {
  const extra = value['x_groq'];
  const error = value['error'] ?? (isObject(extra) ? extra['error'] : undefined);
  if (error === undefined || error === null) return;
  const fields = isObject(error) ? error : { message: error };
  const status = fields['status_code'];
  throw errorFrom(typeof status === 'number' ? status : 500, fields);
}
