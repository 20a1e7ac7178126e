/** The eighths of a cell, from none to seven. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * Draws how full something is, to an eighth of a cell.
 *
 * @param part From 0 to 1. What is beyond counts as that.
 * @param width Cells.
 */
export function bar(part: number, width: number): { readonly full: string; readonly empty: string } {
  const eighths = Math.round(Math.min(1, Math.max(0, part)) * width * 8);
  const full = '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
  return { full, empty: '░'.repeat(Math.max(0, width - full.length)) };
}
