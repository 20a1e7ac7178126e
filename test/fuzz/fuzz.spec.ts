import { describe, it } from 'vitest';
import { TARGETS } from './targets.ts';

describe('external input', () => {
  for (const { name, runs, try: tried } of TARGETS) {
    it(`should be read correctly or refused: ${name}`, () => {
      tried({ numRuns: runs, seed: 1 });
    });
  }
});
