import { describe, expect, it } from 'vitest';
import { table } from '../../../src/cli/terminal/table.ts';

describe('table', () => {
  it('should make columns as wide as their content', () => {
    expect(
      table(
        [
          ['NAME', 'SIZE', ''],
          ['漢', '1,024', 'x'],
          ['longer', '7'],
        ],
        [1],
      ),
    ).toEqual(['NAME     SIZE', '漢      1,024  x', 'longer      7']);
  });

  it('should return no lines for no rows', () => {
    expect(table([])).toEqual([]);
  });
});
