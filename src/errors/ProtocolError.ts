import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/** What came back is not what Groq sends: a page of HTML, broken JSON, a line that is too long, a redirect. */
export class ProtocolError extends GroqError {
  override readonly name = 'ProtocolError';
  readonly code = 'GROQ_ERR_PROTOCOL';

  constructor(message: string, options: Partial<GroqErrorOptions> = {}) {
    super(message, {
      advice: 'Check that the base URL is that of Groq and that no proxy changes its answers.',
      ...options,
    });
  }
}
