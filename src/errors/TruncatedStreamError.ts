import type { AnswerSnapshot } from '../model/Token.ts';
import type { Usage } from '../model/Usage.ts';
import { GroqError, type GroqErrorOptions, keepPartial } from './GroqError.ts';

/**
 * The stream ended without a `finish_reason` and without `[DONE]`, so the answer is not whole. Nothing of what had come
 * is lost: it was delivered, and it stands in `partial`; there alone are tool calls, which are delivered with the end.
 */
export class TruncatedStreamError extends GroqError {
  override readonly name = 'TruncatedStreamError';
  readonly code = 'GROQ_ERR_TRUNCATED_STREAM';
  declare readonly partial: AnswerSnapshot;
  /** What was used, where the stream had said so. */
  declare readonly usage?: Usage;

  constructor(partial: AnswerSnapshot, options: Partial<GroqErrorOptions> & { usage?: Usage | undefined } = {}) {
    const { usage, ...rest } = options;
    super(`The stream was cut after ${partial.text.length} characters of text.`, {
      advice: 'Ask again, or go on from what had come: `continueFrom(error, request)` makes the request for that.',
      ...rest,
    });
    keepPartial(this, partial);
    if (usage !== undefined) this.usage = usage;
  }
}
