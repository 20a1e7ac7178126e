import { describe, expect, it } from 'vitest';
import { parseObject } from '../../../src/rules/answer/parseObject.ts';

describe('parseObject', () => {
  it('should begin its error with the given name', () => {
    expect(() => parseObject('x', 'The list')).toThrow('The list is not JSON.');
    expect(() => parseObject('"x"', 'The list')).toThrow('The list is not a JSON object.');
    expect(parseObject('{"a":1}', 'The list')).toStrictEqual({ a: 1 });
  });
});
