import type { AnswerSnapshot } from '../model/Token.ts';
import type { Usage } from '../model/Usage.ts';
import { GroqError, type GroqErrorOptions, keepPartial } from './GroqError.ts';

/**
 * The stream ended without a `finish_reason` and without `[DONE]`, so the answer is incomplete. Nothing that had
 * arrived is lost: it was emitted, and it is in `partial`. Tool calls are only in `partial`, since they are emitted at
 * the end.
 */
export class TruncatedStreamError extends GroqError {
  override readonly name = 'TruncatedStreamError';
  readonly code = 'GROQ_ERR_TRUNCATED_STREAM';
  declare readonly partial: AnswerSnapshot;
  /** The usage, if the stream had reported it. */
  declare readonly usage?: Usage;

  constructor(partial: AnswerSnapshot, options: Partial<GroqErrorOptions> & { usage?: Usage | undefined } = {}) {
    const { usage, ...rest } = options;
    super(`The stream was cut off after ${partial.text.length} characters of text.`, {
      advice: 'Try again, or continue with `continueFrom(error, request)`.',
      ...rest,
    });
    keepPartial(this, partial);
    if (usage !== undefined) this.usage = usage;
  }
}
