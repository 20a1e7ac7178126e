import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/** Whoever iterates over an answer was so slow that more was waiting for them than may be held. */
export class SlowConsumerError extends GroqError {
  override readonly name = 'SlowConsumerError';
  readonly code = 'GROQ_ERR_SLOW_CONSUMER';
  /** How many tokens may be held. */
  readonly limit: number;

  constructor(limit: number, options: Partial<GroqErrorOptions> = {}) {
    super(`More than ${limit} tokens were waiting to be taken.`, {
      advice: "Take them faster, raise `buffer`, or let the server wait with `backpressure: 'pause'`.",
      ...options,
    });
    this.limit = limit;
  }
}
