import { describe, expect, it } from 'vitest';
import { usageOf } from '../../../src/rules/answer/usageOf.ts';

describe('usageOf', () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
  const of = (value: object) => usageOf(value);

  it('should find the usage at the top, or in x_groq', () => {
    expect(of({ usage })).toBe(usage);
    expect(of({ x_groq: { usage } })).toBe(usage);
    expect(of({ usage: null, x_groq: { usage } })).toBe(usage);
    expect(of({ usage, x_groq: { usage: { prompt_tokens: 9 } } })).toBe(usage);
  });

  it('should accept counts from 0 to sixteen times the largest context window', () => {
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
  ])('should find no usage in %j', (value) => {
    expect(of(value)).toBe(undefined);
  });
});
