import { terminalText } from '../../rules/terminal/terminalText.ts';
import { formatNumber } from '../formatNumber.ts';
import type { Palette } from '../terminal/palette.ts';
import { table } from '../terminal/table.ts';
import { type Comparison, holds } from './Comparison.ts';

const HEADINGS = ['PROMPT', 'PREDICTED', 'BOUND', 'EXACT', 'REPORTED', 'DIFFERENCE', ''];

/** Which columns are numbers, and stand to the right. */
const NUMBERS = [1, 2, 4, 5];

/** Draws what was predicted beside what was reported, in tokens. */
export function comparisonTable(comparisons: readonly Comparison[], palette: Palette): string[] {
  const rows = comparisons.map((comparison) => {
    const { name, tokens, bound, exact, reported, error } = comparison;
    return [
      name,
      formatNumber(tokens),
      formatNumber(bound),
      exact ? 'yes' : 'no',
      reported === undefined ? '-' : formatNumber(reported),
      reported === undefined ? '-' : signed(reported - tokens),
      error === undefined ? (holds(comparison) ? '' : 'not as predicted') : terminalText(error),
    ];
  });
  const [head = '', ...body] = table([HEADINGS, ...rows], NUMBERS);
  return [palette.strong(head), ...body];
}

const signed = (difference: number): string => `${difference > 0 ? '+' : ''}${formatNumber(difference)}`;
