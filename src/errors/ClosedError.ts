import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/** The client was closed before the request was made, or while it was pending. */
export class ClosedError extends GroqError {
  override readonly name = 'ClosedError';
  readonly code = 'GROQ_ERR_CLOSED';

  constructor(options: Partial<GroqErrorOptions> = {}) {
    super('The client is closed.', { advice: 'Create a new one with createGroq().', ...options });
  }
}
