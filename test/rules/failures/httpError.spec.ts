import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHttpError, isProtocolError, isRateLimitError, isRequestTooLargeError } from '../../../src/errors/guards.ts';
import { errorFrom, httpErrorOf } from '../../../src/rules/failures/httpError.ts';

const bodyOf = (error: unknown): string => JSON.stringify({ error });

const errorOf = (status: number, body: string, headers: Record<string, string | string[]> = {}) =>
  httpErrorOf({ status, headers, body, model: 'm' });

describe('httpErrorOf', () => {
  it.each([
    [400, 'model_decommissioned', 'Use the model that https://console.groq.com/docs/deprecations recommends.'],
    [400, 'context_length_exceeded', 'Shorten the messages or lower max_completion_tokens.'],
    [
      400,
      'tool_use_failed',
      'Try again, or set `retry.sampling` to retry automatically until an answer has begun: the model made an invalid tool call.',
    ],
    [400, undefined, 'Correct the request as described in the message.'],
    [401, 'invalid_api_key', 'Set GROQ_API_KEY or `apiKey` to a key from https://console.groq.com/keys.'],
    [403, undefined, 'Ask the owner of the organization for access, or try another network: Groq blocks some.'],
    [404, 'model_not_found', 'Check the name of the model and the base URL; `groq.models()` lists the models.'],
    [418, undefined, 'See the message.'],
    [418, 'constructor', 'See the message.'],
    [418, '__proto__', 'See the message.'],
    [422, undefined, 'Correct the request, or try again: the model may have produced invalid output.'],
    [498, 'capacity_exceeded', 'Try again in 2s, or without the flex tier.'],
    [500, undefined, 'Try again in 2s.'],
    [503, undefined, 'Try again in 2s.'],
  ])('should keep what Groq says with a %i %s, and give advice', (status, code, advice) => {
    const headers = { 'x-request-id': 'req_1', 'retry-after': '2', 'x-should-retry': 'false' };
    const error = errorOf(status, bodyOf({ message: 'What happened', type: 'a_type', code }), headers);
    expect(isHttpError(error) && Object.assign({}, error)).toStrictEqual({
      name: 'HttpError',
      code: 'GROQ_ERR_HTTP',
      status,
      type: 'a_type',
      ...(code !== undefined && { groqCode: code }),
      retryAfter: 2_000,
      shouldRetry: false,
      advice,
      model: 'm',
      requestId: 'req_1',
    });
    expect(error.message).toBe(`Groq answered ${status} ${code ?? 'a_type'}: What happened. ${advice}`);
  });

  it('should read the limit from the message of a 429', () => {
    const message =
      'Rate limit reached for model `m` in organization `o` on tokens per day (TPD): Limit 100, Used 98, Requested 5. Please try again in 43.2m. X';
    const error = errorOf(429, bodyOf({ message, type: 'tokens', code: 'rate_limit_exceeded' }), {
      'retry-after': '9',
    });
    expect(isRateLimitError(error) && error).toMatchObject({
      name: 'RateLimitError',
      code: 'GROQ_ERR_RATE_LIMIT',
      status: 429,
      dimension: 'tpd',
      limit: 100,
      used: 98,
      retryAfter: 2_592_000,
    });
  });

  it('should use the header when the message of a 429 has no duration', () => {
    const error = errorOf(429, 'slow down', { 'retry-after': '9' });
    expect(isRateLimitError(error) && [error.dimension, error.limit, error.used, error.retryAfter]).toEqual([
      undefined,
      undefined,
      undefined,
      9_000,
    ]);
  });

  it.each([413, 429])('should recognize a request that can never fit from a %i', (status) => {
    const message =
      'Request too large for model `m` … on output tokens per minute (OTPM): Limit 1000, Requested 1847. X';
    const error = errorOf(status, bodyOf({ message }), { 'x-request-id': 'req_1' });
    expect(isRequestTooLargeError(error) && error).toMatchObject({
      dimension: 'otpm',
      limit: 1_000,
      cost: 1_847,
      model: 'm',
      requestId: 'req_1',
    });
    expect(error.message).toBe(
      'The request needs 1,847 output tokens per minute (OTPM), but the limit is 1,000. Lower max_completion_tokens.',
    );
  });

  it('should leave a number out that Groq has not given', () => {
    const error = errorOf(413, bodyOf({ message: 'Request too large … on tokens per minute (TPM): Limit 6000. X' }));
    expect(error.message).toBe(
      'The request needs more tokens per minute (TPM) than the limit of 6,000. Shorten the messages or lower max_completion_tokens.',
    );
  });

  it('should be an HttpError for a 413 that is not about a limit', () => {
    const error = errorOf(413, '<html>Payload Too Large</html>');
    expect(isHttpError(error) && [error.status, error.advice]).toEqual([
      413,
      'Shorten the messages or lower max_completion_tokens.',
    ]);
  });

  it.each([300, 301, 302, 303, 307, 308])('should not follow a %i', (status) => {
    const error = errorOf(status, '', { location: 'https://example.test/' });
    expect(isProtocolError(error) && error.message).toMatch(
      `answered with a redirect (${status}), which is not followed`,
    );
    expect(error.message).not.toContain('example.test');
  });

  it.each([
    ['an empty body', '', 'Groq answered 500: no message. Try again later.'],
    ['a blank body', ' \r\n ', 'Groq answered 500: no message. Try again later.'],
    ['what steers a terminal', '\u001b[2Jgone\u0000\u009b', 'Groq answered 500: gone. Try again later.'],
    ['a text', 'error code: 1010', 'Groq answered 500: error code: 1010. Try again later.'],
    [
      'a page',
      '<html><h1>Bad Gateway</h1></html>',
      'Groq answered 500: <html><h1>Bad Gateway</h1></html>. Try again later.',
    ],
    ['an error that is a text', '{"error":"oh!"}', 'Groq answered 500: oh! Try again later.'],
    ['an error that is null', '{"error":null}', 'Groq answered 500: no message. Try again later.'],
    ['an error that is a list', '{"error":[1]}', 'Groq answered 500: no message. Try again later.'],
    [
      'fields of other types',
      '{"error":{"message":1,"type":[],"code":{}}}',
      'Groq answered 500: no message. Try again later.',
    ],
    ['JSON of another kind', '[1]', 'Groq answered 500: [1]. Try again later.'],
    ['JSON that is null', 'null', 'Groq answered 500: null. Try again later.'],
    ['JSON that is cut', '{"error":{"mess', 'Groq answered 500: {"error":{"mess. Try again later.'],
    [
      'an error of a prototype',
      '{"__proto__":{"error":{"message":"x"}}}',
      'Groq answered 500: {"__proto__":{"error":{"message":"x"}}}. Try again later.',
    ],
  ])('should include what is readable of %s', (_, body, message) => {
    expect(errorOf(500, body).message).toBe(message);
  });

  it('should handle deep nesting', () => {
    const deep = '['.repeat(30_000) + ']'.repeat(30_000);
    expect(isHttpError(errorOf(500, `{"error":${deep}}`))).toBe(true);
    expect(isHttpError(errorOf(500, '['.repeat(65_536)))).toBe(true);
  });

  it('should show at most 4 KB of each text of the server', () => {
    const long = 'x'.repeat(60_000);
    for (const body of [long, bodyOf({ message: long, type: long, code: long })]) {
      const error = errorOf(400, body);
      expect(error.message.length).toBeLessThan(9_000);
      expect(JSON.stringify(error).length).toBeLessThan(15_000);
    }
  });

  it('should never show a key', () => {
    const key = 'gsk_abcDEF123_456';
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.constantFrom(200, 400, 401, 413, 429, 500), (before, after, status) => {
        const said = `${before} ${key}${after}`;
        for (const body of [said, bodyOf(said), bodyOf({ message: said, type: said, code: said })]) {
          const error = errorOf(status, body);
          for (const shown of [String(error), inspect(error), JSON.stringify(error)]) expect(shown).not.toContain(key);
        }
      }),
    );
    expect(errorOf(401, bodyOf({ message: `Invalid API Key: ${key}.` })).message).toContain('Invalid API Key: gsk_….');
    // A part of a key is secret, too.
    expect(errorOf(401, 'x'.repeat(4_090) + key).message).not.toContain('gsk_ab');
    const other = 'sk/another-key';
    for (const said of ['x'.repeat(4_090) + other, `${'x '.repeat(2_045)}${other}`]) {
      const { message } = errorFrom(401, { message: said });
      expect(message).not.toContain('sk/an');
      expect(message).toContain(said.slice(0, 3_072));
    }
  });

  it('should use the first of repeated headers, or none', () => {
    const error = errorOf(500, '', {
      'x-request-id': ['req_1', 'req_2'],
      'retry-after': ['1', '2'],
      'x-should-retry': 'yes',
    });
    expect(isHttpError(error) && [error.requestId, error.retryAfter, error.shouldRetry]).toEqual([
      'req_1',
      undefined,
      undefined,
    ]);
  });
});

describe('errorFrom', () => {
  it('should create the error of an event in the middle of a stream', () => {
    const fields = { message: 'Tool choice is required.', type: 'invalid_request_error', code: 'tool_use_failed' };
    const error = errorFrom(400, { ...fields, failed_generation: 'what the model wrote' });
    expect(isHttpError(error) && [error.status, error.groqCode, error.type]).toEqual([
      400,
      'tool_use_failed',
      'invalid_request_error',
    ]);
    // Output of the model is not shown.
    expect(inspect(error)).not.toContain('what the model wrote');
  });
});

describe('httpErrorOf, for other statuses', () => {
  const redirected = ' Set `baseURL` to the new address of the API, if you trust that host with your key.';

  it.each([
    [204, 'The server answered with 204, which is not an answer.', false],
    [299, 'The server answered with 299, which is not an answer.', false],
    [304, 'The server answered with 304, which is not an answer.', false],
    [300, 'The server answered with a redirect (300), which is not followed.', true],
    [302, 'The server answered with a redirect (302), which is not followed.', true],
  ])('should describe a %i, and give advice', (status, message, isRedirect) => {
    const error = errorOf(status, '', { 'x-request-id': 'req_1' });
    expect(isProtocolError(error) && [error.model, error.requestId]).toEqual(['m', 'req_1']);
    expect(error.message.startsWith(message)).toBe(true);
    expect(error.message.endsWith(redirected)).toBe(isRedirect);
  });

  it.each([
    ['true', true],
    ['false', false],
    ['perhaps', undefined],
    [undefined, undefined],
  ])('should read from x-should-retry whether to retry: %s', (header, shouldRetry) => {
    const error = errorOf(500, '', header === undefined ? {} : { 'x-should-retry': header });
    expect(isHttpError(error) && error.shouldRetry).toBe(shouldRetry);
  });

  it.each(['null', '5', '"text"', '[]', '{}', 'no JSON', '{"error":'])('should show %s unchanged', (body) => {
    expect(errorOf(500, body).message).toContain(`: ${body}`);
  });

  it('should show 3,072 characters of a body, cut at a word', () => {
    const error = errorOf(500, 'a'.repeat(5_000));
    // A word that is cut there is left out, since it could be a part of a key.
    expect(error.message).toContain(`: ${'a'.repeat(3_072)}`);
    expect(error.message).not.toContain('a'.repeat(3_073));
    const words = errorOf(500, 'a bc '.repeat(1_000));
    expect(words.message).toContain(`: ${'a bc '.repeat(819).trim()}.`);
  });
});

describe('httpErrorOf, for limits', () => {
  const tooLarge =
    'Request too large for model `m` in organization `o` on tokens per minute (TPM): Limit 100, Requested 105, please reduce.';

  it('should read limits only from the message of a 413 or a 429', () => {
    expect(isRequestTooLargeError(errorOf(413, bodyOf({ message: tooLarge })))).toBe(true);
    expect(isRequestTooLargeError(errorOf(429, bodyOf({ message: tooLarge })))).toBe(true);
    expect(isRequestTooLargeError(errorOf(400, bodyOf({ message: tooLarge })))).toBe(false);
  });

  it('should be an HttpError when the message lacks the limit or its dimension', () => {
    for (const said of ['', ' on tokens per minute (TPM): Requested 105.', ': Limit 100, Requested 105.']) {
      const error = errorOf(413, bodyOf({ message: `Request too large for model \`m\`${said}` }));
      expect([isHttpError(error), isRequestTooLargeError(error)]).toEqual([true, false]);
    }
  });

  it.each(['', bodyOf({}), bodyOf('busy')])('should be a RateLimitError without details: %s', (body) => {
    const error = errorOf(429, body);
    const known = isRateLimitError(error) && [error.dimension, error.limit, error.used, error.requested];
    expect(known).toEqual([undefined, undefined, undefined, undefined]);
    expect(isRateLimitError(error) && error.retryAfter).toBe(undefined);
  });

  it('should ignore a duration of more than a day in a message', () => {
    const message = (time: string) => bodyOf({ message: `Rate limit reached. Please try again in ${time}.` });
    const waits = ['23h', '25h'].map((time) => {
      const error = errorOf(429, message(time), { 'retry-after': '3' });
      return isRateLimitError(error) && error.retryAfter;
    });
    expect(waits).toEqual([82_800_000, 3_000]);
  });

  it.each([
    ['86400', 86_400_000],
    ['86401', undefined],
    ['3', 3_000],
  ])('should accept a duration of up to a day in the header of a 429: %s s', (seconds, ms) => {
    const error = errorOf(429, '', { 'retry-after': seconds });
    expect(isRateLimitError(error) && error.retryAfter).toBe(ms);
  });
});
