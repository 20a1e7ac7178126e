import type { ContentPart } from '../model/ChatRequest.ts';
import type { CountText } from './PromptCount.ts';

/**
 * What an image takes. Groq does not document it; recorded requests to Llama 4 show 480 to 2,330 tokens, by the size of
 * the image, and its tiles allow for no more than 2,465.
 */
const IMAGE = { tokens: 1_250, bound: 2_500 } as const;

/** How a document is wrapped is not documented. */
const DOCUMENT_FRAME = { tokens: 16, bound: 64 } as const;

/** Guesses the tokens of an image or a document within a message. */
export function attachmentTokens(
  part: Exclude<ContentPart, { type: 'text' }>,
  count: CountText,
): { readonly tokens: number; readonly bound: number } {
  if (part.type === 'image_url') return IMAGE;
  const { data = '' } = part.document;
  const tokens = count(typeof data === 'string' ? data : JSON.stringify(data));
  return { tokens: tokens + DOCUMENT_FRAME.tokens, bound: Math.ceil(1.25 * tokens) + DOCUMENT_FRAME.bound };
}
