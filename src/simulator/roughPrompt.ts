import type { ChatRequest } from '../model/ChatRequest.ts';
import { contentParts } from '../rules/counting/contentText.ts';

/** The common rule of thumb for English. */
const CHARACTERS_PER_TOKEN = 4;

/**
 * The estimate of a prompt by Groq's limits of 2024 before it ran: by its characters, without the template and tools.
 */
export function roughPrompt({ messages }: ChatRequest): number {
  const texts = messages.flatMap(({ content }) => contentParts(content).texts);
  return Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / CHARACTERS_PER_TOKEN);
}
