import { describe, expect, it } from 'vitest';
import { merged } from '../../src/rules/merged.ts';

interface Options {
  readonly a?: number | undefined;
  readonly b?: number | null | undefined;
}

describe('merged', () => {
  const defaults: Options = Object.freeze({ a: 1, b: 2 });

  it.each<[string, Options | undefined, Options]>([
    ['nothing', undefined, { a: 1, b: 2 }],
    ['null', null as never, { a: 1, b: 2 }],
    ['an empty object', {}, { a: 1, b: 2 }],
    ['one of them', { b: 3 }, { a: 1, b: 3 }],
    ['undefined', { a: undefined, b: undefined }, { a: 1, b: 2 }],
    ['what is false', { a: 0, b: null }, { a: 0, b: null }],
  ])('should return the defaults overridden with %s', (_, given, expected) => {
    expect(merged(defaults, given)).toStrictEqual(expected);
    expect(defaults).toStrictEqual({ a: 1, b: 2 });
  });

  it('should add fields without a default', () => {
    const none: Options = {};
    expect(merged(none, { a: 1, b: undefined })).toStrictEqual({ a: 1 });
    expect(none).toStrictEqual({});
  });

  it('should return the defaults themselves when nothing was given', () => {
    expect(merged(defaults, undefined)).toBe(defaults);
  });
});
