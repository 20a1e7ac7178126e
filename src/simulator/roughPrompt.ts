import type { ChatRequest } from '../model/ChatRequest.ts';

/** The common rule of thumb for English. */
const CHARACTERS_PER_TOKEN = 4;

/**
 * The estimate of a prompt by Groq's limits of 2024 before it ran: by its characters, without the template and tools.
 */
export function roughPrompt({ messages }: ChatRequest): number {
  const characters = messages.reduce((sum, { content }) => sum + lengthOf(content), 0);
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

function lengthOf(content: ChatRequest['messages'][number]['content']): number {
  if (typeof content === 'string') return content.length;
  return (content ?? []).reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0);
}
