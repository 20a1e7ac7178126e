import type { ChatRequest } from '../model/ChatRequest.ts';

/**
 * How a model shows its reasoning: not at all, since there is none (`none`) or on request (`hidden`); in a field of its
 * own, with the channel `analysis` (`channel`) or without (`field`); or between `<think>` and `</think>` in its text
 * (`think`).
 */
export type ReasoningStyle = 'none' | 'hidden' | 'channel' | 'field' | 'think';

/** Whether a model can reason. */
export function canReason(model: string): boolean {
  return model.startsWith('openai/gpt-oss') || model.startsWith('qwen/');
}

/**
 * Returns how a model shows its reasoning.
 *
 * @see https://console.groq.com/docs/reasoning
 */
export function reasoningStyle(request: ChatRequest): ReasoningStyle {
  const { model, reasoning_effort, reasoning_format, include_reasoning } = request;
  if (!canReason(model) || reasoning_effort === 'none') return 'none';
  if (include_reasoning === false || reasoning_format === 'hidden') return 'hidden';
  if (model.startsWith('openai/')) return 'channel';
  if (reasoning_format === 'parsed' || include_reasoning === true) return 'field';
  return reasoning_format !== 'raw' && isStructured(request) ? 'field' : 'think';
}

/** Whether a program reads the answer, as JSON or as a tool call. Then Groq never writes reasoning into the text. */
export function isStructured({ tools, response_format }: ChatRequest): boolean {
  return (tools?.length ?? 0) > 0 || (response_format?.type ?? 'text') !== 'text';
}
