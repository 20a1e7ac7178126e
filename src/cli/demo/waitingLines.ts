import { formatClock } from '../formatTime.ts';
import { fit, fitRight } from '../terminal/fit.ts';
import type { Palette } from '../terminal/palette.ts';
import type { Row } from './Row.ts';
import { PRIORITY } from './streamLines.ts';

/** As wide as `in 12:40`. */
const TIME = 8;

/**
 * Draws those that wait, in the order in which they start, with the time until they do.
 *
 * @param now By the clock by which they wait, in milliseconds.
 * @param height How many lines there are. All are filled.
 */
export function waitingLines(
  waiting: readonly Row[],
  now: number,
  width: number,
  height: number,
  palette: Palette,
): string[] {
  const when = (at: number | undefined): string => (at === undefined ? '' : `in ${formatClock(at - now)}`);
  const head = waiting.length === 0 ? 'none waiting' : `${waiting.length} waiting`;
  const room = height - 1;
  const shown = waiting.length > room ? waiting.slice(0, Math.max(0, room - 1)) : waiting;
  const more = waiting.length - shown.length;
  const lines = [
    palette.faint(fit(head, width)),
    ...shown.map(({ task, startsAt }) => {
      const prompt = fit(task.prompt, width - PRIORITY - TIME - 2);
      return `${palette[task.priority](fit(task.priority, PRIORITY))} ${prompt} ${fitRight(when(startsAt), TIME)}`;
    }),
    ...(more > 0 ? [palette.faint(fit(`and ${more} more, the last ${when(waiting.at(-1)?.startsAt)}`, width))] : []),
  ].slice(0, height);
  return [...lines, ...Array.from({ length: height - lines.length }, () => ' '.repeat(width))];
}
