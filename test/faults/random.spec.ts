import { describe, it } from 'vitest';
import { prove } from './random/prove.ts';

describe('the client under random combinations of faults', () => {
  it('should never break a safety property, whatever goes wrong (safety)', async () => {
    await prove('safety', 300);
  });

  it('should finish all accepted requests, and serve new ones, after the faults have ended (liveness)', async () => {
    await prove('liveness', 300);
  });
});
