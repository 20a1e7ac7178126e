import { GroqError } from './GroqError.ts';

/** As many requests wait as may wait, and this one is the least urgent of them. */
export class QueueFullError extends GroqError {
  override readonly name = 'QueueFullError';
  readonly code = 'GROQ_ERR_QUEUE_FULL';
  /** How many may wait. */
  readonly limit: number;

  constructor(limit: number, model?: string) {
    super(`${limit} requests wait already, which is as many as may.`, {
      model,
      advice: 'Raise `maxQueued`, give the request a higher priority, or ask again later.',
    });
    this.limit = limit;
  }
}
