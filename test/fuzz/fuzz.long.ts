import { describe, it } from 'vitest';
import { TARGETS } from './targets.ts';

/** The number of runs of all targets together. */
const RUNS = 1_000_000;

const daily = TARGETS.reduce((sum, { runs }) => sum + runs, 0);

describe('external input, a million times', () => {
  for (const { name, runs, try: tried } of TARGETS) {
    it(`should be read correctly or refused: ${name}`, () => {
      tried({ numRuns: Math.ceil((runs / daily) * RUNS), seed: Number(process.env['RXGROQ_SEED'] ?? 2) });
    });
  }
});
