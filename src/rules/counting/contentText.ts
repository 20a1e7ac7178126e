import type { Message } from '../../model/ChatRequest.ts';
import { type Attachment, attachmentTokens } from './attachmentTokens.ts';
import type { CountText } from './CountText.ts';
import type { Tally } from './Tally.ts';

/** The parts of a message's content. */
export interface ContentParts {
  /** Its texts, in order. */
  readonly texts: readonly string[];
  /** Its images and documents. */
  readonly attachments: readonly Attachment[];
}

/** Splits the content of a message into its parts, whatever form it has. */
export function contentParts(content: Message['content']): ContentParts {
  if (typeof content === 'string') return { texts: [content], attachments: [] };
  const texts: string[] = [];
  const attachments: Attachment[] = [];
  for (const part of content ?? []) {
    if (part.type === 'text') texts.push(part.text);
    else attachments.push(part);
  }
  return { texts, attachments };
}

/**
 * Returns the text of a message, which the caller counts, and tallies its images and documents. The models with a known
 * template accept no images, so images are estimated as for an unknown model.
 */
export function contentText(content: Message['content'], tally: Tally, count: CountText): string {
  const { texts, attachments } = contentParts(content);
  for (const part of attachments) {
    const { tokens, bound } = attachmentTokens(part, count, '');
    tally.guess(tokens, bound - tokens);
  }
  // The separator of parts is not known.
  if (texts.length > 1) tally.guess(0, 2 * texts.length);
  return texts.join('');
}
