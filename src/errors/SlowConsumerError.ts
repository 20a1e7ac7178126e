import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/** A loop over an answer was so slow that its buffer overflowed. */
export class SlowConsumerError extends GroqError {
  override readonly name = 'SlowConsumerError';
  readonly code = 'GROQ_ERR_SLOW_CONSUMER';
  /** The size of the buffer, in tokens. */
  readonly limit: number;

  constructor(limit: number, options: Partial<GroqErrorOptions> = {}) {
    super(`The buffer is full: more than ${limit} tokens were waiting.`, {
      advice: "Consume tokens faster, raise `buffer`, or use `backpressure: 'pause'`.",
      ...options,
    });
    this.limit = limit;
  }
}
