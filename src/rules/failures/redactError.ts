import { isGroqError } from '../../errors/GroqError.ts';
import { SAMPLING_NOISE } from './isRefusal.ts';

/** The fields of errors that may contain text from the server. Programs rely on the others, which this package sets. */
const SERVER_TEXT = ['message', 'stack', 'type', 'groqCode', 'requestId'] as const;

/** Removes secrets from the fields of an error that may contain text from the server. */
export function redactError(error: unknown, redact: (text: string) => string): void {
  if (!isGroqError(error)) return;
  for (const field of SERVER_TEXT) {
    const text: unknown = Reflect.get(error, field);
    // These codes determine whether to retry, and must be kept even if a prompt contains them.
    if (typeof text !== 'string' || SAMPLING_NOISE.has(text)) continue;
    const redacted = redact(text);
    if (redacted !== text) Object.defineProperty(error, field, { value: redacted });
  }
}
