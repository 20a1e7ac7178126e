import { describe, expect, it } from 'vitest';
import { AnswerNotTakenError } from '../../../src/errors/AnswerNotTakenError.ts';
import { CancelledError } from '../../../src/errors/CancelledError.ts';
import { ClosedError } from '../../../src/errors/ClosedError.ts';
import { ConnectionError } from '../../../src/errors/ConnectionError.ts';
import { HttpError } from '../../../src/errors/HttpError.ts';
import { ModelRetiredError } from '../../../src/errors/ModelRetiredError.ts';
import { ProtocolError } from '../../../src/errors/ProtocolError.ts';
import { RateLimitError } from '../../../src/errors/RateLimitError.ts';
import { RequestTooLargeError } from '../../../src/errors/RequestTooLargeError.ts';
import { StoreError } from '../../../src/errors/StoreError.ts';
import { TimeoutError, type TimeoutPhase } from '../../../src/errors/TimeoutError.ts';
import { TruncatedStreamError } from '../../../src/errors/TruncatedStreamError.ts';
import { ValidationError } from '../../../src/errors/ValidationError.ts';
import { EMPTY_SNAPSHOT } from '../../../src/rules/answer/answer.ts';
import { retryability } from '../../../src/rules/failures/retryability.ts';

const http = (status: number, code?: string, shouldRetry?: boolean) =>
  new HttpError(status, { code }, { advice: 'X.', shouldRetry });

describe('retryability', () => {
  it.each([
    [400, 'never'],
    [401, 'never'],
    [403, 'never'],
    [404, 'never'],
    [408, 'after-a-pause'],
    [409, 'after-a-pause'],
    [413, 'never'],
    [422, 'never'],
    [424, 'never'],
    [498, 'after-a-pause'],
    [499, 'never'],
    [500, 'after-a-pause'],
    [502, 'after-a-pause'],
    [503, 'after-a-pause'],
    [504, 'after-a-pause'],
    [529, 'after-a-pause'],
  ])('should be for a %i: %s, unless the server says otherwise', (status, expected) => {
    expect(retryability(http(status))).toBe(expected);
    expect(retryability(http(status, undefined, true))).toBe('after-a-pause');
    expect(retryability(http(status, undefined, false))).toBe('never');
  });

  it('should be "never" when the server asks to wait for more than a day', () => {
    const after = (retryAfter: number) => new HttpError(503, {}, { advice: 'X.', retryAfter, shouldRetry: true });
    expect(retryability(after(86_400_000))).toBe('after-a-pause');
    expect(retryability(after(86_400_001))).toBe('never');
  });

  it('should be "in-its-place" for a rate limit, whatever x-should-retry says', () => {
    expect(retryability(new RateLimitError({}, { advice: 'X.' }))).toBe('in-its-place');
    expect(retryability(new RateLimitError({}, { advice: 'X.', shouldRetry: false }))).toBe('in-its-place');
  });

  it.each(['tool_use_failed', 'json_validate_failed'])('should allow a retry of %s only with `sampling`', (code) => {
    expect(retryability(http(400, code))).toBe('never');
    expect(retryability(http(400, code), true)).toBe('after-a-pause');
    expect(retryability(http(400, code, false), true)).toBe('never');
    expect(retryability(http(400, 'model_decommissioned'), true)).toBe('never');
  });

  it.each<[TimeoutPhase, string]>([
    ['queue', 'never'],
    ['connect', 'after-a-pause'],
    ['firstToken', 'after-a-pause'],
    ['betweenTokens', 'never'],
    ['total', 'never'],
  ])('should be for a timeout in the phase %s: %s', (phase, expected) => {
    expect(retryability(new TimeoutError(phase, 1))).toBe(expected);
  });

  it.each([
    ['a lost connection', new ConnectionError('X.', { sent: true }), 'after-a-pause'],
    ['no connection', new ConnectionError('X.', { sent: false }), 'after-a-pause'],
    ['a server that is not trusted', new ConnectionError('X.', { sent: false, trusted: false }), 'never'],
    ['a stream that was cut', new TruncatedStreamError(EMPTY_SNAPSHOT), 'after-a-pause'],
    ['what is not what Groq sends', new ProtocolError('X.'), 'never'],
    ['a request that is wrong', new ValidationError('X', [{ path: '', expected: '', got: '' }]), 'never'],
    ['a request that never fits', new RequestTooLargeError({ dimension: 'tpm', cost: 2, limit: 1 }), 'never'],
    ['a model that is gone', new ModelRetiredError('m', { replacement: 'n' }), 'never'],
    ['a signal', new CancelledError(), 'never'],
    ['a client that is closed', new ClosedError(), 'never'],
    ['an answer that nobody took', new AnswerNotTakenError('m'), 'never'],
    ['a store that failed', new StoreError(new Error('x')), 'never'],
    ['an error of somebody else', new Error('x'), 'never'],
    ['no error at all', undefined, 'never'],
  ])('should be right for %s', (_, error, expected) => {
    expect(retryability(error)).toBe(expected);
  });
});
