import { describe, expect, it } from 'vitest';
import { CLEAN, runLedger } from './runLedger.ts';

describe('the ledger', () => {
  it('should have one record for each attempt that was sent, and stay within the budget, in 150 random runs', () => {
    const kinds = new Set<string>();
    let sent = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const { kinds: seen, sent: some, lacks } = runLedger(seed);
      for (const kind of seen) kinds.add(kind);
      sent += some;
      expect({ seed, ...lacks }).toEqual({ seed, ...CLEAN });
    }
    // The runs must cover every kind of record.
    expect([...kinds].sort()).toEqual(['estimated', 'reported', 'unknown']);
    expect(sent).toBeGreaterThan(700);
  });
});
