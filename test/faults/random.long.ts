import { describe, it } from 'vitest';
import { prove } from './random/prove.ts';

describe('the client under very many random combinations of faults', () => {
  it('should let nothing bad happen, whatever goes wrong (safety)', async () => {
    await prove('safety', 10_000);
  });

  it('should end all that was accepted, and serve again, once nothing goes wrong (liveness)', async () => {
    await prove('liveness', 10_000);
  });
});
