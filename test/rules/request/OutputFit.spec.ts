import { describe, expect, it } from 'vitest';
import { OutputFit } from '../../../src/rules/request/OutputFit.ts';

/** A fit that has observed completions of these lengths. */
const having = (lengths: readonly number[]): OutputFit => {
  const fit = new OutputFit();
  for (const length of lengths) fit.observe(length);
  return fit;
};

const hundred = Array.from({ length: 100 }, (_, i) => i + 1);

describe('OutputFit', () => {
  it('should return the requested maximum after fewer than twenty completions', () => {
    expect(having(hundred.slice(0, 19)).fit(8_000, Infinity, 0.95)).toBe(8_000);
    expect(having(hundred.slice(0, 20)).fit(8_000, Infinity, 0.95)).toBeLessThan(8_000);
  });

  it.each([
    ['the quantile of what was seen and a fifth more, and some', 8_000, Infinity, 0.95, Math.ceil(96 * 1.2) + 16],
    ['the median', 8_000, Infinity, 0.5, Math.ceil(51 * 1.2) + 16],
    ['the longest', 8_000, Infinity, 1, 120 + 16],
    ['the shortest', 8_000, Infinity, 0, 2 + 16],
    ['no more than was asked for', 50, Infinity, 0.95, 50],
    ['no more than there is room for', 8_000, 30, 0.95, 30],
    ['whole tokens where a limit is a fraction', 8_000, 8_000 / 300, 0.95, 26],
    ['one token at the least', 8_000, -5, 0.95, 1],
  ])('should choose %s', (_, asked, room, quantile, tokens) => {
    expect(having(hundred.toReversed()).fit(asked, room, quantile)).toBe(tokens);
  });

  it('should use the latest two hundred completions', () => {
    const fit = having([...Array<number>(200).fill(1_000), ...Array<number>(199).fill(10)]);
    expect(fit.fit(8_000, Infinity, 1)).toBe(1_216);
    fit.observe(10);
    expect(fit.fit(8_000, Infinity, 1)).toBe(28);
  });
});
