import { ProtocolError } from '../../errors/ProtocolError.ts';
import type { ChatCompletion } from '../../model/Chunk.ts';
import { isObject } from '../isObject.ts';
import { failIfMore, MAX_CHOICES, MAX_TOOL_CALLS } from './bounds.ts';
import { failIfError } from './failIfError.ts';
import { parseObject } from './parseObject.ts';

/** Parses the body of an answer that was not streamed. Throws the same errors as {@link parseChunk}. */
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

/** @throws {ProtocolError} when a text field holds anything but a text. */
function failIfNoText(fields: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (typeof (value ?? '') !== 'string') throw new ProtocolError(`The answer has a \`${name}\` that is no text.`);
  }
}

/** @throws {ProtocolError} when the tool calls are anything but a list of tool calls. */
function failIfNoCalls(toolCalls: unknown): void {
  const calls: unknown = toolCalls ?? [];
  if (!Array.isArray(calls)) throw new ProtocolError('The answer has tool calls that are no list.');
  failIfMore(calls.length, MAX_TOOL_CALLS, 'The answer has', 'tool calls');
  if (!calls.every(isToolCall)) throw new ProtocolError('The answer has a tool call that is none.');
}

/** A missing field counts as empty, as in a stream. */
const isToolCall = (call: unknown): boolean => {
  if (!isObject(call) || !isObject(call['function'])) return false;
  const { name, arguments: args } = call['function'];
  return [call['id'], name, args].every((text) => typeof (text ?? '') === 'string');
};
