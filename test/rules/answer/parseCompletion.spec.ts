import { describe, expect, it } from 'vitest';
import { isHttpError, isProtocolError } from '../../../src/errors/guards.ts';
import { parseCompletion } from '../../../src/rules/answer/parseCompletion.ts';
import { thrownBy } from '../../util/thrownBy.ts';

const FUNCTION = '{"name":"f","arguments":""}';

describe('parseCompletion', () => {
  it('should return the completion unchanged', () => {
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
    ...['null', '5', '{}', '{"id":"i"}', '{"id":"i","function":{"name":5}}', `{"id":5,"function":${FUNCTION}}`].map(
      (call): [string, string] => [
        `{"choices":[{"message":{"tool_calls":[{"id":"i","function":${FUNCTION}},${call}]}}]}`,
        'The answer has a tool call that is none.',
      ],
    ),
  ])('should refuse %s', (body, message) => {
    const error = thrownBy(() => parseCompletion(body));
    expect(isProtocolError(error) && error.message).toMatch(message);
  });

  it('should throw the error that Groq reports, also with status 200', () => {
    const error = thrownBy(() => parseCompletion('{"error":{"message":"m","code":"c","status_code":503}}'));
    expect(isHttpError(error) && [error.status, error.groqCode]).toEqual([503, 'c']);
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
