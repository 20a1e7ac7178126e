import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/** The client was closed while the request was under way, or before it was asked for. */
export class ClosedError extends GroqError {
  override readonly name = 'ClosedError';
  readonly code = 'GROQ_ERR_CLOSED';

  constructor(options: Partial<GroqErrorOptions> = {}) {
    super('The client is closed.', { advice: 'Make a new one with createGroq().', ...options });
  }
}
