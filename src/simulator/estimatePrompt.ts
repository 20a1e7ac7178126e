import type { ChatRequest } from '../model/ChatRequest.ts';

/**
 * What the chat template of gpt-oss puts around all messages together, and around each of them, in tokens: one user
 * message is recorded as 71 tokens more than its text.
 */
const TEMPLATE = 67;
const MESSAGE = 4;

/** The common rule of thumb for English. */
const CHARACTERS_PER_TOKEN = 4;

/** Guesses how many tokens a prompt has, from its characters alone: cheap and the same every time, but not exact. */
export function estimatePrompt(request: ChatRequest): number {
  const { messages, tools } = request;
  const described = tools?.length ? Math.ceil(JSON.stringify(tools).length / CHARACTERS_PER_TOKEN) : 0;
  return TEMPLATE + messages.length * MESSAGE + roughPrompt(request) + described;
}

/** What Groq's limits of 2024 made of a prompt before it ran: its characters, without the template and the tools. */
export function roughPrompt({ messages }: ChatRequest): number {
  const characters = messages.reduce((sum, { content }) => sum + lengthOf(content), 0);
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

function lengthOf(content: ChatRequest['messages'][number]['content']): number {
  if (typeof content === 'string') return content.length;
  return (content ?? []).reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0);
}
