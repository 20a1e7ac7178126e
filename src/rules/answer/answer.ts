import type { ToolCall } from '../../model/ChatRequest.ts';
import type { ChatCompletion, ToolCallDelta } from '../../model/Chunk.ts';
import type { Answer, AnswerMessage, AnswerSnapshot, Token, ToolCallToken } from '../../model/Token.ts';
import type { Written } from '../../model/Written.ts';
import { textOr } from './textOr.ts';
import { usageOf } from './usageOf.ts';

/** A completion before its first token. */
export const EMPTY_SNAPSHOT: AnswerSnapshot = { text: '', reasoning: '', toolCalls: [] };

/** A completion with one more token. */
export function withToken(snapshot: AnswerSnapshot, token: Token): AnswerSnapshot {
  switch (token.type) {
    case 'text':
      return { ...snapshot, text: snapshot.text + token.text };
    case 'reasoning':
      return { ...snapshot, reasoning: snapshot.reasoning + token.text };
    case 'tool-call':
      return { ...snapshot, toolCalls: [...snapshot.toolCalls, token] };
    case 'finish':
      return { ...snapshot, finish: token };
  }
}

/** The complete answer, or undefined before its end. */
export function answerOf(snapshot: AnswerSnapshot): Answer | undefined {
  const { finish } = snapshot;
  if (finish === undefined) return undefined;
  const { reason, usage, id, model } = finish;
  return { message: messageOf(snapshot), finish_reason: reason, ...(usage && { usage }), id, model };
}

/** The answer in a completion that was not streamed. */
export function answerOfCompletion(completion: ChatCompletion): Answer {
  const [choice] = completion.choices;
  const { content, reasoning, tool_calls: toolCalls } = choice?.message ?? {};
  const usage = usageOf(completion);
  return {
    message: {
      role: 'assistant',
      ...(typeof content === 'string' && { content }),
      ...(typeof reasoning === 'string' && { reasoning }),
      ...(Array.isArray(toolCalls) && toolCalls.length > 0 && { tool_calls: toolCalls.map(filled) }),
    },
    // Some servers send an empty reason if there is none.
    finish_reason: choice?.finish_reason || 'unknown',
    ...(usage && { usage }),
    id: textOr(completion.id),
    model: textOr(completion.model),
  };
}

/**
 * A tool call with all its fields, since some servers omit empty ones, and with no others, such as an `index`, which a
 * request must not have.
 */
const filled = ({ id, function: call }: Partial<ToolCallDelta>): ToolCall => ({
  id: id ?? '',
  type: 'function',
  function: { name: call?.name ?? '', arguments: call?.arguments ?? '' },
});

/** The written part of an answer that was not streamed. */
export function writtenIn({ message }: Answer): Written {
  const { content = '', reasoning, tool_calls: toolCalls = [] } = message;
  const texts = [content, ...toolCalls.map(({ function: call }) => call.name + call.arguments)].filter(Boolean);
  return {
    text: texts.join(''),
    reasoning: reasoning ?? '',
    pieces: { text: texts.length, reasoning: reasoning ? 1 : 0 },
  };
}

/** The message as Groq sends it without streaming, and accepts it in a request. */
function messageOf({ text, reasoning, toolCalls }: AnswerSnapshot): AnswerMessage {
  return {
    role: 'assistant',
    // Like Groq: no empty content next to tool calls.
    ...((text !== '' || toolCalls.length === 0) && { content: text }),
    ...(reasoning !== '' && { reasoning }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(wireToolCall) }),
  };
}

const wireToolCall = ({ id, name, arguments: args }: ToolCallToken) => ({
  id,
  type: 'function' as const,
  function: { name, arguments: args },
});
