import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../../src/cli/terminal/sizeOf.ts';

describe('sizeOf', () => {
  it('should believe a terminal, and assume a common size if it does not tell its own', () => {
    expect(sizeOf({ columns: 1, rows: 200 })).toEqual({ columns: 1, rows: 200 });
    expect(sizeOf({ columns: 0, rows: 0 })).toEqual({ columns: 80, rows: 24 });
    expect(sizeOf({})).toEqual({ columns: 80, rows: 24 });
  });
});
