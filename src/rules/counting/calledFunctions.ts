import type { Message, ToolCall } from '../../model/ChatRequest.ts';

/** The functions that a message calls: as tool calls, or in the form that Groq has deprecated. */
export function calledFunctions(message: Message): readonly ToolCall['function'][] {
  if (message.role !== 'assistant') return [];
  const { tool_calls, function_call } = message;
  return [...(tool_calls ?? []).map((call) => call.function), ...(function_call ? [function_call] : [])];
}
