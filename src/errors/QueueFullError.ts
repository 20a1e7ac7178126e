import { GroqError } from './GroqError.ts';

/**
 * The queue is full. Which request gets this error depends on `overflow`: the one that would start last, or the newest.
 */
export class QueueFullError extends GroqError {
  override readonly name = 'QueueFullError';
  readonly code = 'GROQ_ERR_QUEUE_FULL';
  /** How many requests may wait. */
  readonly limit: number;

  constructor(limit: number, model?: string) {
    super(`The queue is full: ${limit} requests are waiting.`, {
      model,
      advice: "Raise `maxQueued`, or try again later. With `overflow: 'last'`, a higher priority helps too.",
    });
    this.limit = limit;
  }
}
