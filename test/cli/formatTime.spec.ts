import { describe, expect, it } from 'vitest';
import { formatClock, formatDuration } from '../../src/cli/formatTime.ts';

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [38.4, '38 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [1_234, '1.2 s'],
    [9_949, '9.9 s'],
    [9_960, '10 s'],
    [59_499, '59 s'],
    [59_500, '1 min'],
    [185_000, '3 min 5 s'],
    [3_600_000, '60 min'],
  ])('should say %s ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('formatClock', () => {
  it.each([
    [-5, '0:00'],
    [0, '0:00'],
    [7_999, '0:07'],
    [60_000, '1:00'],
    [760_000, '12:40'],
  ])('should show %s ms as %s', (ms, text) => {
    expect(formatClock(ms)).toBe(text);
  });
});
