import { formatNumber } from '../formatNumber.ts';
import { fit, fitRight } from '../terminal/fit.ts';
import type { Palette } from '../terminal/palette.ts';
import { wrap } from '../terminal/wrap.ts';
import type { Board } from './Board.ts';
import type { Row } from './Row.ts';

/** As wide as `normal`. */
export const PRIORITY = 6;

/** How many lines of one answer are shown at the most. */
const DEEPEST = 5;

/** As wide as `1,000 tokens`. */
const TOKENS = 12;

/**
 * Draws the answers that are coming, each with the end of its text, and below them those that have come.
 *
 * @param height How many lines there are. All are filled.
 */
export function streamLines(board: Board, width: number, height: number, palette: Palette): string[] {
  const coming = board.answering.slice(0, Math.max(1, Math.floor(height / 2)));
  // Those that are coming share the height evenly. Those that have ended get what is left of it.
  const depth = Math.min(DEEPEST, Math.floor(height / Math.max(1, coming.length)) - 1);
  const lines = [
    ...coming.flatMap((row) => comingLines(row, width, Math.max(1, depth), palette)),
    ...board.ended.map((row) => endedLine(row, width, palette)),
  ].slice(0, height);
  return [...lines, ...Array.from({ length: height - lines.length }, () => ' '.repeat(width))];
}

/** The question, and the last lines of its answer. */
function comingLines({ task, text }: Row, width: number, depth: number, palette: Palette): string[] {
  const { priority, prompt } = task;
  const question = palette.strong(fit(prompt, width - PRIORITY - 1));
  const lines = wrap(text, width - 2).slice(-depth);
  const body = Array.from({ length: depth }, (_, index) => fit(`  ${lines[index] ?? ''}`, width));
  return [`${palette[priority](fit(priority, PRIORITY))} ${question}`, ...body];
}

function endedLine({ task, usage, error }: Row, width: number, palette: Palette): string {
  const { priority, prompt } = task;
  const mark = error === undefined ? palette.good('✓') : palette.bad('✗');
  const outcome = error === undefined ? `${formatNumber(usage?.total_tokens ?? 0)} tokens` : error.name;
  const question = fit(prompt, width - PRIORITY - TOKENS - 4);
  return `${mark} ${palette.faint(`${fit(priority, PRIORITY)} ${question} ${fitRight(outcome, TOKENS)}`)}`;
}
