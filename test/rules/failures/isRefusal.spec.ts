import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../../src/errors/ConnectionError.ts';
import { ProtocolError } from '../../../src/errors/ProtocolError.ts';
import { TimeoutError } from '../../../src/errors/TimeoutError.ts';
import { errorFrom } from '../../../src/rules/failures/httpError.ts';
import { isRefusal } from '../../../src/rules/failures/isRefusal.ts';

describe('isRefusal', () => {
  it.each([400, 401, 403, 404, 409, 413, 429, 498])('should be true for %i', (status) => {
    expect(isRefusal(errorFrom(status, {}))).toBe(true);
  });

  it.each([408, 422, 424, 499, 500, 502, 503])('should be false for %i, which may have been processed', (status) => {
    expect(isRefusal(errorFrom(status, {}))).toBe(false);
  });

  it.each(['tool_use_failed', 'json_validate_failed'])(
    'should be false for %s, since the model has written something',
    (code) => {
      expect(isRefusal(errorFrom(400, { code }))).toBe(false);
    },
  );

  it('should be true for a request that is too large', () => {
    const message = 'Request too large … on tokens per minute (TPM): Limit 8000, Requested 32979, please reduce';
    const error = errorFrom(413, { message });
    expect([error.name, isRefusal(error)]).toEqual(['RequestTooLargeError', true]);
  });

  it.each([
    ['a lost connection', new ConnectionError('', { sent: true })],
    ['an answer that is none', new ProtocolError('')],
    ['a timeout', new TimeoutError('total', 1)],
    ['an error of others', new Error('')],
    ['nothing', undefined],
  ])('should be false for %s', (_, error) => {
    expect(isRefusal(error)).toBe(false);
  });
});
