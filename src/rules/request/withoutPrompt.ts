import type { ChatRequest } from '../../model/ChatRequest.ts';
import { contentParts } from '../counting/contentText.ts';

/** What is shorter, in characters, may stand in any text by chance. */
const SHORTEST = 16;

/** A text without what a request says, where somebody has repeated that: as it is, or as a string of JSON. */
export function withoutPrompt(text: string, { messages }: Pick<ChatRequest, 'messages'>): string {
  let rest = text;
  for (const { content } of messages) {
    for (const said of contentParts(content).texts) {
      if (said.length < SHORTEST || said.length > rest.length) continue;
      rest = rest.replaceAll(said, '…').replaceAll(JSON.stringify(said).slice(1, -1), '…');
    }
  }
  return rest;
}
