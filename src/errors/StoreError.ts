import { GroqError } from './GroqError.ts';

/** The limit store failed, so it is not known whether the request may be sent. */
export class StoreError extends GroqError {
  override readonly name = 'StoreError';
  readonly code = 'GROQ_ERR_STORE';

  constructor(cause: unknown, model?: string) {
    super('The limit store failed.', { cause, model, advice: 'See the cause; the request was not sent.' });
  }
}
