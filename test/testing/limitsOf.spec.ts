import { describe, expect, it } from 'vitest';
import { limitsOf } from '../../src/testing/limitsOf.ts';

describe('limitsOf', () => {
  it('should parse every kind of limit that Groq has', () => {
    const text =
      '30/min 1k/day 8k tokens/min 200k tokens/day 6k input tokens/min 2k output tokens/min 7200 audio seconds/hour 28_800 audio seconds/day';
    const limits = { rpm: 30, rpd: 1_000, tpm: 8_000, tpd: 200_000, itpm: 6_000, otpm: 2_000, ash: 7_200, asd: 28_800 };
    expect(limitsOf(text)).toEqual(limits);
  });

  it('should apply both of two limits of a kind, as a quota does', () => {
    expect(limitsOf('1/min, 2/min, 4/day, 3/day')).toEqual({ rpm: 1, rpd: 3 });
  });

  it.each(['1/s', '8k tokens/hour', '1 audio second/min'])(
    'should refuse %s, a kind of limit that Groq does not have',
    (text) => {
      expect(() => limitsOf(text)).toThrow(/requests per minute, .*seconds of audio per day, got/);
    },
  );
});
