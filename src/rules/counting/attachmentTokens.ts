import type { ContentPart } from '../../model/ChatRequest.ts';
import type { ModelId } from '../../model/Models.ts';
import type { CountText } from './CountText.ts';
import { type ImageTokens, imageTokens } from './image/imageTokens.ts';

/** A part of a message that is not text. */
export type Attachment = Exclude<ContentPart, { type: 'text' }>;

/** The tokens around a document. Its format in the prompt is not documented. */
const DOCUMENT_FRAME = { tokens: 16, bound: 64 } as const;

/** Estimates the tokens of an image or a document in a message. */
export function attachmentTokens(part: Attachment, count: CountText, model: ModelId): ImageTokens {
  if (part.type === 'image_url') return imageTokens(model, part.image_url);
  const { data = '' } = part.document;
  const tokens = count(typeof data === 'string' ? data : JSON.stringify(data));
  return { tokens: tokens + DOCUMENT_FRAME.tokens, bound: Math.ceil(1.25 * tokens) + DOCUMENT_FRAME.bound };
}
