import { describe, expect, it } from 'vitest';
import { RefusalPause } from '../../../src/rules/limits/RefusalPause.ts';

describe('RefusalPause', () => {
  it('should be as long as the server asks', () => {
    const pause = new RefusalPause();
    expect([pause.refused(0, 0), pause.refused(7_660, 0), pause.refused(9e6, 7_660)]).toEqual([0, 7_660, 9e6]);
  });

  it('should double from a second to a minute where the server does not say', () => {
    const pause = new RefusalPause();
    const pauses = Array.from({ length: 8 }, (_, i) => pause.refused(undefined, i * 60_000));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('should not be longer for those that come in a pause', () => {
    const pause = new RefusalPause();
    const pauses = [0, 10, 999, 1_000].map((now) => pause.refused(undefined, now));
    expect(pauses).toEqual([1_000, 1_000, 1_000, 2_000]);
  });

  it('should be longer than the server asks when it has refused after three such pauses', () => {
    const pause = new RefusalPause();
    const pauses = [0, 1, 2, 3, 8_003].map((now) => pause.refused(1, now));
    expect(pauses).toEqual([1, 1, 1, 8_000, 16_000]);
    expect(pause.refused(90_000, 24_003)).toBe(90_000);
  });

  it('should begin again after an answer, and count those that said how long', () => {
    const pause = new RefusalPause();
    pause.refused(5, 0);
    expect(pause.refused(undefined, 5)).toBe(2_000);
    pause.answered();
    expect(pause.refused(undefined, 2_005)).toBe(1_000);
    // An answer that was on its way when the pause began.
    pause.answered();
    expect(pause.refused(undefined, 2_100)).toBe(1_000);
  });
});
