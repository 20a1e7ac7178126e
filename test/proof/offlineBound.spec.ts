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
  it('should be the time at which the slowest limit has admitted everything', () => {
    const demands = Array.from({ length: 30 }, () => demand(0, 100));
    expect(offlineBound(demands, { tpm: 1_000 })).toBe(120_000);
    expect(offlineBound(demands, { tpm: 1_000, rpm: 5 })).toBe(300_000);
    expect(offlineBound(demands, {})).toBe(0);
  });

  it('should start from the given levels', () => {
    expect(offlineBound([demand(0, 1_000)], { tpm: 1_000 }, { tpm: 400 })).toBe(36_000);
    // By then the inflow of a quarter of a minute has been added.
    expect(offlineBound([demand(15_000, 1_000)], { tpm: 1_000 }, { tpm: 400 })).toBe(36_000);
    expect(offlineBound([demand(50_000, 1_000)], { tpm: 1_000 }, { tpm: 400 })).toBe(50_000);
  });

  it('should not use more than a full bucket for demands that arrive late', () => {
    const late = [demand(0, 1), demand(600_000, 1_000), demand(600_000, 1_000)];
    expect(offlineBound(late, { tpm: 1_000 })).toBe(660_000);
  });
});
