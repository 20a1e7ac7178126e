import { describe, it } from 'vitest';
import { TARGETS } from './targets.ts';

/** How often all of it is tried together. */
const RUNS = 1_000_000;

const daily = TARGETS.reduce((sum, { runs }) => sum + runs, 0);

describe('what is read from outside, a million times', () => {
  for (const { name, runs, try: tried } of TARGETS) {
    it(`should never surprise: ${name}`, () => {
      tried({ numRuns: Math.ceil((runs / daily) * RUNS), seed: Number(process.env['RXGROQ_SEED'] ?? 2) });
    });
  }
});
