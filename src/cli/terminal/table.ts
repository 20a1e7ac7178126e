import { fit, fitRight } from './fit.ts';
import { textWidth } from './textWidth.ts';

/**
 * Lays out rows in columns that are as wide as their widest cell, two blanks apart.
 *
 * @param right Which columns stand to the right, from 0.
 */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => textWidth(row[column] ?? ''))),
  );
  return rows.map((row) =>
    widths
      .map((width, column) => (right.includes(column) ? fitRight : fit)(row[column] ?? '', width))
      .join('  ')
      .trimEnd(),
  );
}
