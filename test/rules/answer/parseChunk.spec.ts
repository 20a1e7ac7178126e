import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGroqError } from '../../../src/errors/GroqError.ts';
import { isHttpError, isProtocolError, isRateLimitError } from '../../../src/errors/guards.ts';
import { parseChunk } from '../../../src/rules/answer/parseChunk.ts';
import { thrownBy } from '../../util/thrownBy.ts';

const SECRET = 'what the model wrote';

describe('parseChunk', () => {
  it('should return a chunk unchanged, with unknown fields', () => {
    const chunk = { id: 'c', choices: [{ index: 0, delta: { content: 'x', channel: 'analysis' } }], brand_new: [1] };
    expect(parseChunk(JSON.stringify(chunk))).toStrictEqual(chunk);
    expect(parseChunk('{"choices":[]}')).toStrictEqual({ choices: [] });
    expect(parseChunk('{"choices":[],"error":null,"x_groq":null}')).toMatchObject({ choices: [] });
    expect(parseChunk('{"choices":[],"x_groq":{"error":null}}')).toMatchObject({ choices: [] });
  });

  it.each([
    ['nothing', ''],
    ['a text', SECRET],
    ['JSON that is cut', `{"choices":[{"delta":{"content":"${SECRET}`],
    ['NaN', '{"choices":NaN}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '1'],
    ['no choices', `{"id":"${SECRET}"}`],
    ['choices that are no list', `{"choices":"${SECRET}"}`],
    ['a choice that is null', '{"choices":[null]}'],
    ['a choice that is a text', `{"choices":["${SECRET}"]}`],
    ['a choice that is a list', '{"choices":[[]]}'],
    ['brackets', '['.repeat(100_000)],
  ])('should refuse %s without showing it', (_, data) => {
    const error = thrownBy(() => parseChunk(data));
    expect(isProtocolError(error)).toBe(true);
    expect(String(error)).not.toContain(SECRET);
  });

  it('should report a missing list of choices', () => {
    expect(() => parseChunk('{"id":"c"}')).toThrow('An event of the stream has no list of choices.');
  });

  it('should refuse more than 128 choices, and more than 128 levels of nesting', () => {
    const choices = (count: number): string => JSON.stringify({ choices: Array.from({ length: count }, () => ({})) });
    expect(parseChunk(choices(128)).choices).toHaveLength(128);
    expect(thrownBy(() => parseChunk(choices(129)))).toSatisfy(isProtocolError);
    expect(() => parseChunk(choices(129))).toThrow('An event of the stream has 129 choices, which is more than 128.');
    const nested = (levels: number): string => `{"choices":[],"x":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    expect(parseChunk(nested(128)).choices).toEqual([]);
    expect(thrownBy(() => parseChunk(nested(129)))).toSatisfy(isProtocolError);
    expect(() => parseChunk(nested(129))).toThrow('An event of the stream is nested more than 128 levels deep.');
  });

  it('should throw the error that Groq reports in the middle of a stream', () => {
    const error = {
      message: 'Tool choice is required, but model did not call a tool',
      type: 'invalid_request_error',
      code: 'tool_use_failed',
      failed_generation: SECRET,
      status_code: 400,
    };
    const thrown = thrownBy(() => parseChunk(JSON.stringify({ error })));
    expect(isHttpError(thrown) && thrown).toMatchObject({ status: 400, groqCode: 'tool_use_failed' });
    expect(JSON.stringify(thrown) + String(thrown)).not.toContain(SECRET);
  });

  it.each([
    ['a text', '{"error":"over capacity"}', 500, 'over capacity'],
    ['a reason in x_groq', '{"choices":[],"x_groq":{"error":"over capacity"}}', 500, 'over capacity'],
    ['an object without a status', '{"error":{"message":"over capacity"}}', 500, 'over capacity'],
    ['a status that is no number', '{"error":{"message":"over capacity","status_code":"400"}}', 500, 'over capacity'],
    ['an empty object', '{"error":{}}', 500, 'no message'],
    ['true', '{"error":true}', 500, 'no message'],
  ])('should throw when the error is %s', (_, data, status, message) => {
    const error = thrownBy(() => parseChunk(data));
    expect(isHttpError(error) && error.status).toBe(status);
    expect(String(error)).toContain(message);
  });

  it.each([200, 399, 600, -5, 400.5, 1e308])('should not take %s for the status of an error', (status) => {
    const error = thrownBy(() => parseChunk(JSON.stringify({ error: { message: 'no', status_code: status } })));
    expect(isHttpError(error) && error.status).toBe(500);
  });

  it('should recognize a rate limit in the middle of a stream', () => {
    const error = thrownBy(() =>
      parseChunk(
        '{"error":{"status_code":429,"message":"… on tokens per minute (TPM): Limit 9, Used 8, Requested 3. Please try again in 2s. X"}}',
      ),
    );
    expect(isRateLimitError(error) && [error.dimension, error.retryAfter]).toEqual(['tpm', 2_000]);
  });

  it('should return a chunk or throw a Groq error for any text', () => {
    const data = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ choices: fc.array(fc.jsonValue()), error: fc.jsonValue() }, { requiredKeys: [] })
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(data, (text) => {
        let chunk: unknown;
        try {
          chunk = parseChunk(text);
        } catch (error) {
          expect(isGroqError(error)).toBe(true);
          return;
        }
        expect(chunk).toStrictEqual(JSON.parse(text));
      }),
    );
  });

  it('should not change the prototype of objects', () => {
    parseChunk('{"choices":[],"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect('polluted' in {}).toBe(false);
  });
});
