import { ValidationError } from '../errors/ValidationError.ts';

/**
 * Checks that a key can stand in a header, without ever showing it.
 *
 * @param subject What says so, as an error begins.
 * @param path Its name there.
 * @return The key without the blanks around it, which often come with copying.
 * @throws {ValidationError} when there is a character in it that no header can hold.
 */
export function checkApiKey(key: unknown, subject = 'The options', path = 'apiKey'): string {
  // What gives the key may have none to give: a variable that is not set.
  const trimmed = typeof key === 'string' ? key.trim() : '';
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  if (typeof key === 'object' && key !== null && 'then' in key) {
    const issue = { path, expected: 'a key, or a synchronous function that returns one', got: 'a promise' };
    throw new ValidationError(subject, [issue], 'Await the key first, and pass its value.');
  }
  throw new ValidationError(
    subject,
    [
      {
        path,
        expected: 'printable ASCII characters without blanks',
        got: typeof key !== 'string' ? 'another type' : trimmed === '' ? 'an empty string' : 'other characters',
      },
    ],
    'Copy the key again from https://console.groq.com/keys.',
  );
}
