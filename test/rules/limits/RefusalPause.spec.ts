import { describe, expect, it } from 'vitest';
import { RefusalPause } from '../../../src/rules/limits/RefusalPause.ts';

describe('RefusalPause', () => {
  it('should be as long as the server asks', () => {
    const pause = new RefusalPause();
    expect([pause.refused(0), pause.refused(7_660), pause.refused(9e6)]).toEqual([0, 7_660, 9e6]);
  });

  it('should double from a second to a minute where the server does not say', () => {
    const pause = new RefusalPause();
    const pauses = Array.from({ length: 8 }, () => pause.refused(undefined));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('should begin again after an answer, and count those that said how long', () => {
    const pause = new RefusalPause();
    pause.refused(5);
    expect(pause.refused(undefined)).toBe(2_000);
    pause.answered();
    expect(pause.refused(undefined)).toBe(1_000);
  });
});
