import { describe, expect, it } from 'vitest';
import { bar } from '../../../src/cli/terminal/bar.ts';

describe('bar', () => {
  it.each([
    [0, '', '░░░░'],
    [1, '████', ''],
    [0.5, '██', '░░'],
    [1 / 32, '▏', '░░░'],
    [0.99, '████', ''],
    [0.6, '██▍', '░'],
    [-0.3, '', '░░░░'],
    [1.7, '████', ''],
  ])('should draw %s', (part, full, empty) => {
    expect(bar(part, 4)).toEqual({ full, empty });
  });

  it('should always have the requested width', () => {
    for (let part = 0; part <= 1; part += 0.01) {
      const { full, empty } = bar(part, 10);
      expect(full.length + empty.length).toBe(10);
    }
    expect(bar(0.5, 0)).toEqual({ full: '', empty: '' });
  });
});
