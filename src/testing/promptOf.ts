import type { ChatRequest } from '../model/ChatRequest.ts';
import type { WireRequest } from '../ports/Transport.ts';

/** What stands on the wire for a chat completion. */
export type WireChatRequest = ChatRequest & { readonly stream?: boolean };

/** Reads a chat request off the wire, or gives undefined when it is something else. */
export function chatRequestIn({ body }: WireRequest): WireChatRequest | undefined {
  if (typeof body !== 'string' || !body.startsWith('{')) return undefined;
  const value = JSON.parse(body) as Partial<WireChatRequest>;
  return Array.isArray(value.messages) ? (value as WireChatRequest) : undefined;
}

/** All that is said in a chat request, message by message. */
export const textsIn = ({ messages }: Pick<ChatRequest, 'messages'>): string[] =>
  messages.map(({ content }) =>
    typeof content === 'string' ? content : (content ?? []).map((part) => ('text' in part ? part.text : '')).join(' '),
  );

/** The text of the last message: by it tests tell requests apart. */
export const promptOf = (request: Pick<ChatRequest, 'messages'>): string => textsIn(request).at(-1) ?? '';

/** The words of a text, of which each counts as one token here. */
export const words = (text: string): number => text.match(/\S+/g)?.length ?? 0;
