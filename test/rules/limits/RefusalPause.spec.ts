import { describe, expect, it } from 'vitest';
import { RefusalPause } from '../../../src/rules/limits/RefusalPause.ts';

describe('RefusalPause', () => {
  it('should be as long as the server asks', () => {
    const pause = new RefusalPause();
    expect([pause.refused(0, 0), pause.refused(7_660, 0), pause.refused(9e6, 7_660)]).toEqual([0, 7_660, 9e6]);
  });

  it('should double from a second to a minute when the server names no duration', () => {
    const pause = new RefusalPause();
    const pauses = Array.from({ length: 8 }, (_, i) => pause.refused(undefined, i * 60_000));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('should not double for refusals within a pause', () => {
    const pause = new RefusalPause();
    const pauses = [0, 10, 999, 1_000].map((now) => pause.refused(undefined, now));
    expect(pauses).toEqual([1_000, 1_000, 1_000, 2_000]);
  });

  it('should be longer than the server asks from the fourth consecutive refusal on', () => {
    const pause = new RefusalPause();
    const pauses = [0, 1, 2, 3, 8_003].map((now) => pause.refused(1, now));
    expect(pauses).toEqual([1, 1, 1, 8_000, 16_000]);
    expect(pause.refused(90_000, 24_003)).toBe(90_000);
  });

  it('should start again after an answer, and count refusals that name a duration', () => {
    const pause = new RefusalPause();
    pause.refused(5, 0);
    expect(pause.refused(undefined, 5)).toBe(2_000);
    pause.answered();
    expect(pause.refused(undefined, 2_005)).toBe(1_000);
    // An answer that was in flight when the pause began.
    pause.answered();
    expect(pause.refused(undefined, 2_100)).toBe(1_000);
  });
});
