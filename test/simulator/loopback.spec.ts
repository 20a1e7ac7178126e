import { describe, expect, it } from 'vitest';
import { isLoopbackHost, isLoopbackOrigin } from '../../src/simulator/loopback.ts';

describe('isLoopbackHost', () => {
  it.each(['127.0.0.1', '127.0.0.1:8080', 'localhost', 'LocalHost:1', '[::1]', '[::1]:8080'])(
    'should accept %s',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );

  it.each([
    undefined,
    '',
    ':80',
    '::1',
    '127.0.0.1:',
    '127.0.0.1:123456',
    '127.0.0.1:80:80',
    '127.0.0.2',
    '0.0.0.0',
    'localhost.',
    'a@localhost',
    '[::1',
  ])('should reject %s', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

describe('isLoopbackOrigin', () => {
  it.each([undefined, 'http://localhost:5173', 'https://127.0.0.1', 'http://[::1]:80'])(
    'should accept %s',
    (origin) => {
      expect(isLoopbackOrigin(origin)).toBe(true);
    },
  );

  it.each([
    '',
    'null',
    'localhost',
    'file://localhost',
    'http://evil.example',
    'http://localhost/x',
    'http://localhost@evil.example',
  ])('should reject %s', (origin) => {
    expect(isLoopbackOrigin(origin)).toBe(false);
  });
});
