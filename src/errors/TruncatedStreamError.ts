import type { AnswerSnapshot } from '../model/Token.ts';
import type { Usage } from '../model/Usage.ts';
import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/**
 * The stream ended without a `finish_reason` and without `[DONE]`, so the answer is not whole. Nothing of what had come
 * is lost: it was delivered, and it stands in `partial`.
 */
export class TruncatedStreamError extends GroqError {
  readonly code = 'GROQ_ERR_TRUNCATED_STREAM';
  /** What had come until then. Not enumerable, so that logs of the error do not hold it. */
  declare readonly partial: AnswerSnapshot;
  /** What was used, where the stream had said so. */
  declare readonly usage?: Usage;

  constructor(partial: AnswerSnapshot, options: Partial<GroqErrorOptions> & { usage?: Usage | undefined } = {}) {
    const { usage, ...rest } = options;
    super(`The stream was cut after ${partial.text.length} characters of text.`, {
      advice: 'Ask again, or go on from what had come: `continueFrom(error, request)` makes the request for that.',
      ...rest,
    });
    Object.defineProperty(this, 'partial', { value: partial });
    if (usage !== undefined) this.usage = usage;
  }
}
