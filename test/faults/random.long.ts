import { describe, it } from 'vitest';
import { prove } from './random/prove.ts';

describe('the client under very many random combinations of faults', () => {
  it('should never break a safety property, whatever goes wrong (safety)', async () => {
    await prove('safety', 10_000);
  });

  it('should finish all accepted requests, and serve new ones, after the faults have ended (liveness)', async () => {
    await prove('liveness', 10_000);
  });
});
