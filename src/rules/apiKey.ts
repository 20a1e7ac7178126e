import { ValidationError } from '../errors/ValidationError.ts';

/**
 * Checks that a key can stand in a header, without ever showing it.
 *
 * @returns The key without the blanks around it, which often come with copying.
 * @throws {ValidationError} when there is a character in it that no header can hold.
 */
export function checkApiKey(key: string): string {
  const trimmed = key.trim();
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  throw new ValidationError(
    'The options',
    [
      {
        path: 'apiKey',
        expected: 'printable ASCII characters without blanks',
        got: trimmed === '' ? 'an empty string' : 'others',
      },
    ],
    'Copy the key anew from https://console.groq.com/keys.',
  );
}
