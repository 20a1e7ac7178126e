import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isValidationError } from '../../src/errors/guards.ts';
import { checkApiKey } from '../../src/rules/apiKey.ts';

const errorOf = (key: unknown): unknown => {
  try {
    checkApiKey(key);
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('checkApiKey', () => {
  it('should return the key without surrounding blanks', () => {
    expect(checkApiKey('gsk_abc')).toBe('gsk_abc');
    expect(checkApiKey(' gsk_abc\r\n')).toBe('gsk_abc');
    expect(checkApiKey('\u00a0any-other~key!\u00a0')).toBe('any-other~key!');
  });

  it.each([
    ['', 'an empty string'],
    [' \n', 'an empty string'],
    ['gsk_a b', 'other characters'],
    ['gsk_a\nb', 'other characters'],
    ['gsk_a\r\nx-header: b', 'other characters'],
    ['gsk_ä', 'other characters'],
    ['gsk_\u0000', 'other characters'],
    ['gsk_\u007f', 'other characters'],
    ['gsk_😀', 'other characters'],
    ['“gsk_abc”', 'other characters'],
    [undefined, 'nothing'],
    [null, 'another type'],
    [5, 'another type'],
  ])('should refuse %j', (key, got) => {
    const error = errorOf(key);
    expect(isValidationError(error) && [error.path, error.expected, error.got]).toEqual([
      'apiKey',
      'printable ASCII characters without blanks',
      got,
    ]);
    expect(String(error)).toBe(
      `ValidationError: The options: \`apiKey\` must be printable ASCII characters without blanks, got ${got}. Copy the key again from https://console.groq.com/keys.`,
    );
  });

  it('should report that it does not await a promise', () => {
    expect(String(errorOf(Promise.resolve('gsk_abc')))).toBe(
      'ValidationError: The options: `apiKey` must be a key, or a synchronous function that returns one, got a promise. Await the key first, and pass its value.',
    );
  });

  it('should return a valid header value, or throw without showing the key', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12, unit: 'binary' }), (text) => {
        const key = `gsk_${text}`;
        const error = errorOf(key);
        if (error === undefined) expect(checkApiKey(key)).toMatch(/^[!-~]+$/);
        else expect(inspect(error)).not.toContain('gsk_');
      }),
    );
  });
});
