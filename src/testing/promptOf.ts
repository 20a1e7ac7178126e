import type { ChatRequest } from '../model/ChatRequest.ts';
import type { WireRequest } from '../ports/Transport.ts';

/** A chat request, as it is sent. */
export type WireChatRequest = ChatRequest & { readonly stream?: boolean };

/** Parses a chat request, or returns `undefined` for any other request. */
export function chatRequestIn({ body }: WireRequest): WireChatRequest | undefined {
  if (typeof body !== 'string' || !body.startsWith('{')) return undefined;
  const value = JSON.parse(body) as Partial<WireChatRequest>;
  return Array.isArray(value.messages) ? (value as WireChatRequest) : undefined;
}

/** The texts of a chat request, message by message. */
export const textsIn = ({ messages }: Pick<ChatRequest, 'messages'>): string[] =>
  messages.map(({ content }) =>
    typeof content === 'string' ? content : (content ?? []).map((part) => ('text' in part ? part.text : '')).join(' '),
  );

/** The text of the last message, by which tests identify requests. */
export const promptOf = (request: Pick<ChatRequest, 'messages'>): string => textsIn(request).at(-1) ?? '';

/** The words of a text, each of which counts as one token. */
export const words = (text: string): number => text.match(/\S+/g)?.length ?? 0;
