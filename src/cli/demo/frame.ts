import { formatClock } from '../formatTime.ts';
import { bar } from '../terminal/bar.ts';
import { fit } from '../terminal/fit.ts';
import type { Palette } from '../terminal/palette.ts';
import { bucketLines } from './bucketLines.ts';
import { streamLines } from './streamLines.ts';
import type { View } from './View.ts';
import { waitingLines } from './waitingLines.ts';

/** How large a terminal is, in cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Below so many columns there is room for a few words only. */
const NARROWEST = 30;

/** From how many columns on the waiting requests are drawn next to the answers. */
const TWO_COLUMNS = 72;

/** What the answers get of the width, where there are two columns. */
const ANSWERS = 0.58;

const GAP = ' │ ';

/**
 * Draws one frame of the demonstration: how full the buckets are, the answers as they come, and who waits until when.
 *
 * @return As many lines as there are rows at the most, none wider than the terminal.
 */
export function frame(view: View, { columns, rows }: Size, palette: Palette): string[] {
  // The last column stays free: some terminals begin a new line after it.
  const width = Math.max(1, columns - 1);
  if (width < NARROWEST) return narrow(view, width).slice(0, rows);
  const top = [
    headLine(view, width, palette),
    '',
    ...bucketLines(view.levels, width, palette),
    progressLine(view, width, palette),
    '',
  ];
  const height = Math.max(0, rows - top.length - 1);
  const hint = palette.faint(fit('Ctrl-C cancels. All times are by the clock above.', width));
  return [...top, ...bodyLines(view, width, height, palette), hint].slice(0, rows);
}

function headLine({ title, now }: View, width: number, { strong, faint }: Palette): string {
  const clock = formatClock(now);
  const room = width - 'rxgroq  '.length - clock.length - 1;
  return `${strong('rxgroq')}  ${faint(fit(title, room))} ${strong(clock)}`;
}

const narrow = (view: View, width: number): string[] => words(view).map((text) => fit(text, width));

/** The counts, in a few words each. */
function words({ board, rateLimited }: View): string[] {
  const failed = board.count('failed');
  return [
    `${board.count('answered')} of ${board.rows.length} answered`,
    `${board.count('answering')} coming`,
    `${board.count('waiting')} waiting`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    `429s: ${rateLimited}`,
  ];
}

function progressLine(view: View, width: number, palette: Palette): string {
  const text = words(view).join(' · ');
  const room = width - text.length - 2;
  if (room < 8) return fit(text, width);
  const { board } = view;
  const ended = board.count('answered') + board.count('failed');
  const { full, empty } = bar(ended / board.rows.length, room);
  return `${palette.strong(text)}  ${palette.good(full)}${palette.faint(empty)}`;
}

function bodyLines({ board, now }: View, width: number, height: number, palette: Palette): string[] {
  if (width < TWO_COLUMNS) return streamLines(board, width, height, palette);
  const left = Math.floor(width * ANSWERS);
  const right = width - left - GAP.length;
  const answers = streamLines(board, left, height, palette);
  const queue = waitingLines(board.waiting, now, right, height, palette);
  return answers.map((line, index) => `${line}${palette.faint(GAP)}${queue[index] ?? ''}`);
}
