import { describe, expect, it } from 'vitest';
import { DIMENSIONS } from '../../src/model/Dimension.ts';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

describe('DIMENSIONS', () => {
  it('should count what Groq counts, over the time that its name says', () => {
    const rows = Object.entries(DIMENSIONS).map(([name, { unit, window }]) => [name, unit, window]);
    expect(rows).toEqual([
      ['rpm', 'requests', MINUTE],
      ['rpd', 'requests', DAY],
      ['tpm', 'tokens', MINUTE],
      ['tpd', 'tokens', DAY],
      ['itpm', 'inputTokens', MINUTE],
      ['otpm', 'outputTokens', MINUTE],
      ['ash', 'audioSeconds', HOUR],
      ['asd', 'audioSeconds', DAY],
    ]);
  });
});
