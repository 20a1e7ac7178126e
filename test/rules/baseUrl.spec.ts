import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isValidationError } from '../../src/errors/guards.ts';
import { GROQ_URL, parseBaseUrl } from '../../src/rules/baseUrl.ts';

const BEGIN = 'a URL that starts with https:// (or http:// on this machine)';

describe('parseBaseUrl', () => {
  it.each([
    [GROQ_URL, 'https://api.groq.com', '/openai/v1'],
    ['https://api.groq.com', 'https://api.groq.com', '/openai/v1'],
    ['https://api.groq.com/', 'https://api.groq.com', '/openai/v1'],
    ['https://api.groq.com///', 'https://api.groq.com', '/openai/v1'],
    ['HTTPS://API.GROQ.COM:443', 'https://api.groq.com', '/openai/v1'],
    ['https://example.test/groq/', 'https://example.test', '/groq'],
    ['https://example.test:8443/a/b', 'https://example.test:8443', '/a/b'],
    ['https://example.test/a/../b/./c//', 'https://example.test', '/b/c'],
    ['https://example.test/a b', 'https://example.test', '/a%20b'],
    [' https://example.test/x\n', 'https://example.test', '/x'],
    ['http://localhost:3000', 'http://localhost:3000', '/openai/v1'],
    ['http://LOCALHOST/x', 'http://localhost', '/x'],
    ['http://127.0.0.1:8080/openai/v1', 'http://127.0.0.1:8080', '/openai/v1'],
    ['http://[::1]:8080', 'http://[::1]:8080', '/openai/v1'],
  ])('should split %j into origin and path', (text, origin, path) => {
    expect(parseBaseUrl(text)).toStrictEqual({ origin, path });
  });

  it.each([
    ['', BEGIN, 'another string'],
    ['api.groq.com', BEGIN, "'api.groq.com'"],
    ['api.groq.com/secret?secret', BEGIN, "'api.groq.com'"],
    ['localhost:4070', BEGIN, "'localhost:4070'"],
    ['localhost', BEGIN, "'localhost'"],
    ['user:secret@example.test', BEGIN, 'another string'],
    ['secret@example.test', BEGIN, 'another string'],
    ['gsk_secret', BEGIN, 'another string'],
    ['secret:4070', BEGIN, 'another string'],
    ['eyJhbGciOiJIUzI1NiJ9.secret', BEGIN, 'another string'],
    ['//api.groq.com', BEGIN, 'another string'],
    ['/openai/v1', BEGIN, 'another string'],
    ['https://', BEGIN, 'another string'],
    ['ftp://api.groq.com', BEGIN, 'another string'],
    ['file:///etc/passwd', BEGIN, 'another string'],
    ['javascript:alert(1)', BEGIN, 'another string'],
    ['http://api.groq.com', 'an https URL, since the key is sent to it', 'an http URL to api.groq.com'],
    [
      'http://localhost.example.test',
      'an https URL, since the key is sent to it',
      'an http URL to localhost.example.test',
    ],
    [
      'http://127.0.0.1.example.test',
      'an https URL, since the key is sent to it',
      'an http URL to 127.0.0.1.example.test',
    ],
    ['http://192.168.1.1', 'an https URL, since the key is sent to it', 'an http URL to 192.168.1.1'],
    ['http://0.0.0.0', 'an https URL, since the key is sent to it', 'an http URL to 0.0.0.0'],
    ['http://localhost@example.test', 'an https URL, since the key is sent to it', 'an http URL to example.test'],
    ['https://user@example.test', 'a URL without a user and a password', 'one with them'],
    ['https://:secret@example.test', 'a URL without a user and a password', 'one with them'],
    ['https://example.test/?key=secret', 'a URL without a query and a fragment', 'one with them'],
    ['https://example.test/#secret', 'a URL without a query and a fragment', 'one with them'],
  ])('should refuse %j', (text, expected, got) => {
    let error: unknown;
    try {
      parseBaseUrl(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(isValidationError(error) && [error.path, error.expected, error.got, error.advice]).toEqual([
      'baseURL',
      expected,
      got,
      'The default is https://api.groq.com/openai/v1.',
    ]);
    expect(String(error)).toContain('The options: `baseURL` must be');
    expect(String(error)).not.toContain('secret');
  });

  it('should never accept an http URL of another machine', () => {
    const loopback = ['localhost', '127.0.0.1', '[::1]'];
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string()), (text) => {
        let origin: string;
        let path: string;
        try {
          ({ origin, path } = parseBaseUrl(text));
        } catch (error) {
          expect(isValidationError(error)).toBe(true);
          return;
        }
        const { protocol, hostname } = new URL(origin);
        expect(protocol === 'https:' || (protocol === 'http:' && loopback.includes(hostname))).toBe(true);
        expect(path).toMatch(/^\/.*[^/]$/);
      }),
    );
  });
});
