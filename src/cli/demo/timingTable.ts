import { formatDuration } from '../formatTime.ts';
import { percentile } from '../percentile.ts';
import { cut } from '../terminal/fit.ts';
import { table } from '../terminal/table.ts';
import type { Row } from './Row.ts';

/** How much of a question is shown, in cells. */
const PROMPT = 44;

/** How long connecting and the first token took: of each question, and of the middle one. */
export function timingTable(rows: readonly Row[]): string[] {
  const connecting = rows.map(({ milestones }) => milestones.connecting);
  const firstToken = rows.map(({ milestones }) => milestones.toFirstToken);
  return table(
    [
      ['connection', 'first token', ''],
      ...rows.map(({ task }, index) => [time(connecting[index]), time(firstToken[index]), cut(task.prompt, PROMPT)]),
      [time(median(connecting)), time(median(firstToken)), '(median)'],
    ],
    [0, 1],
  );
}

const time = (ms: number | undefined): string => (ms === undefined ? '-' : formatDuration(ms));

const median = (times: readonly (number | undefined)[]): number | undefined =>
  percentile(
    times.filter((ms) => ms !== undefined),
    0.5,
  );
