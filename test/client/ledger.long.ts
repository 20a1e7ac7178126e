import { describe, expect, it } from 'vitest';
import { CLEAN, runLedger } from './runLedger.ts';

describe('the ledger', () => {
  it('should have one record for each attempt that was sent, and stay within the budget, in 5,000 random runs', () => {
    for (let seed = 1_001; seed <= 6_000; seed++) {
      expect({ seed, ...runLedger(seed).lacks }).toEqual({ seed, ...CLEAN });
    }
  });
});
