import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGroqError } from '../../../src/errors/GroqError.ts';
import { isHttpError, isProtocolError, isRateLimitError } from '../../../src/errors/guards.ts';
import { parseChunk, parseCompletion, parseObject, usageOf } from '../../../src/rules/answer/chunk.ts';

const thrownBy = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

const FUNCTION = '{"name":"f","arguments":""}';

const SECRET = 'what the model wrote';

describe('parseChunk', () => {
  it('should give the chunk as it is, with what is unknown in it', () => {
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
  ])('should refuse %s, and not show it', (_, data) => {
    const error = thrownBy(() => parseChunk(data));
    expect(isProtocolError(error)).toBe(true);
    expect(String(error)).not.toContain(SECRET);
  });

  it('should say that there are no choices', () => {
    expect(() => parseChunk('{"id":"c"}')).toThrow('An event of the stream has no list of choices.');
  });

  it('should refuse more choices than there can be, and what is nested deeper than anything is', () => {
    const choices = (count: number): string => JSON.stringify({ choices: Array.from({ length: count }, () => ({})) });
    expect(parseChunk(choices(128)).choices).toHaveLength(128);
    expect(thrownBy(() => parseChunk(choices(129)))).toSatisfy(isProtocolError);
    expect(() => parseChunk(choices(129))).toThrow('An event of the stream has 129 choices, which is more than 128.');
    const nested = (levels: number): string => `{"choices":[],"x":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    expect(parseChunk(nested(128)).choices).toEqual([]);
    expect(thrownBy(() => parseChunk(nested(129)))).toSatisfy(isProtocolError);
    expect(() => parseChunk(nested(129))).toThrow('An event of the stream is nested more than 128 levels deep.');
  });

  it('should fail as Groq says in the middle of a stream', () => {
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
  ])('should fail when the error is %s', (_, data, status, message) => {
    const error = thrownBy(() => parseChunk(data));
    expect(isHttpError(error) && error.status).toBe(status);
    expect(String(error)).toContain(message);
  });

  it('should know a limit that is hit in the middle of a stream', () => {
    const error = thrownBy(() =>
      parseChunk(
        '{"error":{"status_code":429,"message":"… on tokens per minute (TPM): Limit 9, Used 8, Requested 3. Please try again in 2s. X"}}',
      ),
    );
    expect(isRateLimitError(error) && [error.dimension, error.retryAfter]).toEqual(['tpm', 2_000]);
  });

  it('should give a chunk or an error of this package, whatever it is given', () => {
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

  it('should leave the prototype of all objects as it is', () => {
    parseChunk('{"choices":[],"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect('polluted' in {}).toBe(false);
  });
});

describe('parseCompletion', () => {
  it('should give the completion as it is', () => {
    const completion = { id: 'c', choices: [{ index: 0, message: { role: 'assistant', content: 'x' } }], brand_new: 1 };
    expect(parseCompletion(JSON.stringify(completion))).toStrictEqual(completion);
  });

  it.each([
    ['', 'The answer is not JSON.'],
    ['data: {"choices":[]}\n\n', 'The answer is not JSON.'],
    ['[]', 'The answer is not a JSON object.'],
    ['{}', 'The answer has no message.'],
    ['{"choices":[]}', 'The answer has no message.'],
    ['{"choices":[null]}', 'The answer has no message.'],
    ['{"choices":[{"message":null}]}', 'The answer has no message.'],
    ['{"choices":{"0":{"message":{}}}}', 'The answer has no message.'],
    ['{"choices":[{"message":{"content":5}}]}', 'The answer has a `content` that is no text.'],
    ['{"choices":[{"message":{"content":[{"type":"text"}]}}]}', 'The answer has a `content` that is no text.'],
    ['{"choices":[{"message":{"reasoning":{}}}]}', 'The answer has a `reasoning` that is no text.'],
    ['{"choices":[{"message":{},"finish_reason":{}}]}', 'The answer has a `finish_reason` that is no text.'],
    ['{"choices":[{"message":{"tool_calls":{}}}]}', 'The answer has tool calls that are no list.'],
    ...['null', '5', '{}', '{"id":"i"}', '{"id":"i","function":{"name":"f"}}', `{"function":${FUNCTION}}`].map(
      (call): [string, string] => [
        `{"choices":[{"message":{"tool_calls":[{"id":"i","function":${FUNCTION}},${call}]}}]}`,
        'The answer has a tool call without an id, a name or arguments.',
      ],
    ),
  ])('should refuse %s', (body, message) => {
    const error = thrownBy(() => parseCompletion(body));
    expect(isProtocolError(error) && error.message).toMatch(message);
  });

  it('should fail as Groq says, also with a 200', () => {
    const error = thrownBy(() => parseCompletion('{"error":{"message":"m","code":"c","status_code":503}}'));
    expect(isHttpError(error) && [error.status, error.groqCode]).toEqual([503, 'c']);
  });
});

describe('parseObject', () => {
  it('should begin an error with the name', () => {
    expect(() => parseObject('x', 'The list')).toThrow('The list is not JSON.');
    expect(() => parseObject('"x"', 'The list')).toThrow('The list is not a JSON object.');
    expect(parseObject('{"a":1}', 'The list')).toStrictEqual({ a: 1 });
  });
});

describe('usageOf', () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
  const of = (value: object) => usageOf(value as Parameters<typeof usageOf>[0]);

  it('should find the usage at the top, or where Groq had it first', () => {
    expect(of({ usage })).toBe(usage);
    expect(of({ x_groq: { usage } })).toBe(usage);
    expect(of({ usage: null, x_groq: { usage } })).toBe(usage);
    expect(of({ usage, x_groq: { usage: { prompt_tokens: 9 } } })).toBe(usage);
  });

  it('should believe counts from none up to sixteen times the largest context window', () => {
    const most = { prompt_tokens: 0, completion_tokens: 2_097_152, total_tokens: 2_097_152 };
    expect(of({ usage: most })).toBe(most);
  });

  it.each([
    [{}],
    [{ usage: null }],
    [{ x_groq: null }],
    [{ usage: 'many' }],
    [{ usage: {} }],
    [{ usage: { prompt_tokens: '1' } }],
    [{ usage: { prompt_tokens: 1 } }],
    [{ usage: { completion_tokens: 2 } }],
    [{ usage: { prompt_tokens: 1, completion_tokens: -1 } }],
    [{ usage: { prompt_tokens: 1.5, completion_tokens: 2 } }],
    [{ usage: { prompt_tokens: 1, completion_tokens: 2_097_153 } }],
    [{ usage: { prompt_tokens: '1', completion_tokens: '2' } }],
  ])('should find none in %j', (value) => {
    expect(of(value)).toBe(undefined);
  });
});

const callOf = (_: unknown, index: number): unknown => ({
  id: `call_${index}`,
  function: { name: 'f', arguments: '' },
});

describe('the limits of parseCompletion', () => {
  it.each([
    ['choices', (count: number) => ({ choices: Array.from({ length: count }, () => ({ message: {} })) })],
    [
      'tool calls',
      (count: number) => ({ choices: [{ message: { tool_calls: Array.from({ length: count }, callOf) } }] }),
    ],
  ])('should be 128 %s', (what, completion) => {
    expect(parseCompletion(JSON.stringify(completion(128)))).toBeDefined();
    const parse = () => parseCompletion(JSON.stringify(completion(129)));
    expect(thrownBy(parse)).toSatisfy(isProtocolError);
    expect(parse).toThrow(`The answer has 129 ${what}, which is more than 128.`);
  });
});
