import type { Palette } from '../../src/cli/terminal/palette.ts';

const plain = (text: string): string => text;

/** No colours at all. */
export const PLAIN: Palette = {
  strong: plain,
  faint: plain,
  good: plain,
  warning: plain,
  bad: plain,
  high: plain,
  normal: plain,
  low: plain,
  background: plain,
};
