import { describe, expect, it } from 'vitest';
import { type Demand, offlineBound } from './offlineBound.ts';

const demand = (at: number, tokens: number): Demand => ({
  at,
  requests: 1,
  tokens,
  inputTokens: tokens,
  outputTokens: 0,
});

describe('offlineBound', () => {
  it('should be when the slowest limit has let in what does not fit at once', () => {
    const demands = Array.from({ length: 30 }, () => demand(0, 100));
    expect(offlineBound(demands, { tpm: 1_000 })).toBe(120_000);
    expect(offlineBound(demands, { tpm: 1_000, rpm: 5 })).toBe(300_000);
    expect(offlineBound(demands, {})).toBe(0);
  });

  it('should begin with what is left', () => {
    expect(offlineBound([demand(0, 1_000)], { tpm: 1_000 }, { tpm: 400 })).toBe(36_000);
    // By then a quarter of a minute has flowed in.
    expect(offlineBound([demand(15_000, 1_000)], { tpm: 1_000 }, { tpm: 400 })).toBe(36_000);
    expect(offlineBound([demand(50_000, 1_000)], { tpm: 1_000 }, { tpm: 400 })).toBe(50_000);
  });

  it('should not spend before they come what late ones need: no more than a full bucket waits for them', () => {
    const late = [demand(0, 1), demand(600_000, 1_000), demand(600_000, 1_000)];
    expect(offlineBound(late, { tpm: 1_000 })).toBe(660_000);
  });
});
