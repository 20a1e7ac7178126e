import { ValidationError } from '../errors/ValidationError.ts';

/**
 * Checks that a key is valid in a header, without ever showing it.
 *
 * @param subject The source of the key, with which the error begins.
 * @param path Its name there.
 * @return The key without surrounding whitespace, which is often copied with it.
 * @throws {ValidationError} when it has a character that is not allowed in a header.
 */
export function checkApiKey(key: unknown, subject = 'The options', path = 'apiKey'): string {
  // A function may return no key, for example if a variable is not set.
  const trimmed = typeof key === 'string' ? key.trim() : '';
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  if (typeof key === 'object' && key !== null && 'then' in key) {
    const issue = { path, expected: 'a key, or a synchronous function that returns one', got: 'a promise' };
    throw new ValidationError(subject, [issue], 'Await the key first, and pass its value.');
  }
  throw new ValidationError(
    subject,
    [{ path, expected: 'printable ASCII characters without blanks', got: inWords(key) }],
    'Copy the key again from https://console.groq.com/keys.',
  );
}

function inWords(key: unknown): string {
  if (key === undefined) return 'nothing';
  if (typeof key !== 'string') return 'another type';
  return key.trim() === '' ? 'an empty string' : 'other characters';
}
