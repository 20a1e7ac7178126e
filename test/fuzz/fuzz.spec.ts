import { describe, it } from 'vitest';
import { TARGETS } from './targets.ts';

describe('what is read from outside', () => {
  for (const { name, runs, try: tried } of TARGETS) {
    it(`should never surprise: ${name}`, () => {
      tried({ numRuns: runs, seed: 1 });
    });
  }
});
