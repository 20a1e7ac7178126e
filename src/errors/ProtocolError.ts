import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/** The server's answer is not one of the Groq API: an HTML page, invalid JSON, a line that is too long, a redirect. */
export class ProtocolError extends GroqError {
  override readonly name = 'ProtocolError';
  readonly code = 'GROQ_ERR_PROTOCOL';

  constructor(message: string, options: Partial<GroqErrorOptions> = {}) {
    super(message, {
      advice: 'Check that the base URL points to Groq and that no proxy changes its answers.',
      ...options,
    });
  }
}
