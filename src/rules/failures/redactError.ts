import { isGroqError } from '../../errors/GroqError.ts';
import { SAMPLING_NOISE } from './isRefusal.ts';

/** The fields of errors that may hold text of the server. The others are ours, and programs go by them. */
const SERVER_TEXT = ['message', 'stack', 'type', 'groqCode', 'requestId'] as const;

/** Removes secrets from an error, wherever the text of a server contains them. */
export function redactError(error: unknown, redact: (text: string) => string): void {
  if (!isGroqError(error)) return;
  for (const field of SERVER_TEXT) {
    const text: unknown = Reflect.get(error, field);
    // Whether a request is tried again depends on these codes, which a prompt may name.
    if (typeof text !== 'string' || SAMPLING_NOISE.has(text)) continue;
    const redacted = redact(text);
    if (redacted !== text) Object.defineProperty(error, field, { value: redacted });
  }
}
