import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spacedJson } from '../../../src/rules/counting/spacedJson.ts';

describe('spacedJson', () => {
  it('should put blanks after commas and colons, and escape HTML characters', () => {
    expect(spacedJson({ a: [1, true, null], b: "it's <b> & c", c: undefined })).toBe(
      '{"a": [1, true, null], "b": "it\\u0027s \\u003cb\\u003e \\u0026 c"}',
    );
  });

  it('should write undefined in an array as null', () => {
    expect(spacedJson([undefined, 1, undefined])).toBe('[null, 1, null]');
    expect(spacedJson({ list: [] })).toBe('{"list": []}');
  });

  it('should write valid JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(spacedJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
