import { describe, expect, it } from 'vitest';
import { quotaShare } from '../../../src/cli/demo/quotaShare.ts';
import { createServerModel } from '../../../src/rules/serverModel.ts';

describe('quotaShare', () => {
  it('should be 1 when a server was used up to its limits', () => {
    const server = createServerModel({ limits: { rpm: 30, tpm: 8_000, tpd: 200_000 } });
    // The full bucket, and then its inflow for a minute: 8,000 at once and 100 every 750 ms.
    for (let i = 0; i < 160; i++) {
      const now = 1_000 + Math.max(0, i - 79) * 750;
      const ruling = server.admit(now, { promptTokens: 60, maxCompletionTokens: 40 });
      if (i < 30) expect(ruling.type).toBe('admitted');
      if (ruling.type === 'admitted') server.settle(now, ruling.admission, { promptTokens: 60, completionTokens: 40 });
    }
    const share = quotaShare(
      { admitted: 60, inFlight: 0, firstAdmission: 1_000, levels: server.levels(61_000) },
      61_000,
    );
    // Thirty at once, and then one every two seconds: `rpm` was the scarcest dimension.
    expect(share).toMatchObject({ dimension: 'rpm', capacity: 30, perSecond: 0.5, makespan: 60_000 });
    expect(share?.share).toBeCloseTo((share?.settled ?? 0) / 60, 10);
    expect(share?.settled).toBeGreaterThanOrEqual(58);
  });

  it('should be that of the most used dimension', () => {
    const levels = [
      { dimension: 'rpm', limit: 30, window: 60_000, level: 20, charged: 12, settled: 12 },
      { dimension: 'tpm', limit: 8_000, window: 60_000, level: 0, charged: 20_000, settled: 15_200 },
    ] as const;
    expect(quotaShare({ admitted: 12, inFlight: 0, firstAdmission: 500, levels }, 60_500)).toEqual({
      dimension: 'tpm',
      settled: 15_200,
      capacity: 8_000,
      perSecond: 8_000 / 60,
      makespan: 60_000,
      share: 0.95,
    });
  });

  it('should be undefined when nothing was admitted', () => {
    expect(quotaShare({ admitted: 0, inFlight: 0, levels: [] }, 5)).toBeUndefined();
  });
});
