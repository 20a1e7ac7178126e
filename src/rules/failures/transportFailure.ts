import { ConnectionError } from '../../errors/ConnectionError.ts';
import { type GroqError, isGroqError } from '../../errors/GroqError.ts';

/**
 * Turns the failure of a transport into an error of this package, since users can write their own transports.
 *
 * @param sent Whether the request may have reached the server.
 */
export function transportFailure(error: unknown, sent: boolean): GroqError {
  if (isGroqError(error)) return error;
  return new ConnectionError('The transport failed.', {
    sent,
    cause: error,
    advice: sent ? 'See the cause; Groq may have processed the request.' : 'See the cause; nothing was sent.',
  });
}
