import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/** The request's `signal` was aborted. Its reason is the `cause`. */
export class CancelledError extends GroqError {
  override readonly name = 'CancelledError';
  readonly code = 'GROQ_ERR_CANCELLED';

  constructor(options: Partial<GroqErrorOptions> = {}) {
    super('The request was cancelled by its signal.', {
      advice: 'Repeat the request with another signal.',
      ...options,
    });
  }
}
