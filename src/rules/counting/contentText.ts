import type { Message } from '../../model/ChatRequest.ts';
import { type Attachment, attachmentTokens } from './attachmentTokens.ts';
import type { CountText } from './CountText.ts';
import type { Tally } from './Tally.ts';

/** The content of a message, taken apart. */
export interface ContentParts {
  /** Its texts, in order. */
  readonly texts: readonly string[];
  /** Its images and documents. */
  readonly attachments: readonly Attachment[];
}

/** Takes the content of a message apart, whichever form it has. */
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
 * Gives the text of a message, which is still to be counted, and tallies its images and documents. The models whose
 * templates are known take no images, so what is said of them is that of a model of which nothing is known.
 */
export function contentText(content: Message['content'], tally: Tally, count: CountText): string {
  const { texts, attachments } = contentParts(content);
  for (const part of attachments) {
    const { tokens, bound } = attachmentTokens(part, count, '');
    tally.guess(tokens, bound - tokens);
  }
  // What parts are joined by is not known.
  if (texts.length > 1) tally.guess(0, 2 * texts.length);
  return texts.join('');
}
