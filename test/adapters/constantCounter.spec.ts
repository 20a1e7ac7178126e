import { describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { isValidationError } from '../../src/errors/guards.ts';

describe('constantCounter', () => {
  it('should find the same number of tokens in every prompt', () => {
    const counter = constantCounter(100);
    expect(counter.count({ model: 'm', messages: [{ role: 'user', content: 'hi' }] })).toEqual({
      tokens: 100,
      bound: 100,
      exact: true,
    });
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('should refuse %s', (tokens) => {
    expect(() => constantCounter(tokens)).toThrow(expect.toSatisfy(isValidationError));
  });
});
