import { ConnectionError } from '../../errors/ConnectionError.ts';
import { type GroqError, isGroqError } from '../../errors/GroqError.ts';

/**
 * Makes an error of this package of what a transport fails with, since transports are written by others as well.
 *
 * @param sent Whether the request may have reached the server.
 */
export function transportFailure(error: unknown, sent: boolean): GroqError {
  if (isGroqError(error)) return error;
  return new ConnectionError('The transport failed.', {
    sent,
    cause: error,
    advice: sent ? 'See the cause; whether Groq has done the work is not known.' : 'See the cause; nothing was sent.',
  });
}
