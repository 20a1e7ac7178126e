import { PRIORITIES } from '../../model/Priority.ts';
import { terminalText } from '../../rules/terminal/terminalText.ts';
import { errorText } from '../errorText.ts';
import { formatNumber } from '../formatNumber.ts';
import { formatDuration } from '../formatTime.ts';
import { percentile } from '../percentile.ts';
import type { Palette } from '../terminal/palette.ts';
import { table } from '../terminal/table.ts';
import type { Board } from './Board.ts';
import type { Stage } from './Stage.ts';

/** Sums up what was done, in lines. */
export function summary(
  board: Board,
  stage: Pick<Stage, 'speed' | 'now' | 'rateLimited' | 'sum'>,
  { good, bad }: Pick<Palette, 'good' | 'bad'>,
): string[] {
  const { rows } = board;
  const prompt = rows.reduce((sum, { usage }) => sum + (usage?.prompt_tokens ?? 0), 0);
  const completion = rows.reduce((sum, { usage }) => sum + (usage?.completion_tokens ?? 0), 0);
  const rateLimited = stage.rateLimited();
  return [
    `requests: ${outcomes(board).join(', ')}`,
    `time: ${times(stage)}`,
    `tokens: ${formatNumber(prompt + completion)} (prompts ${formatNumber(prompt)}, answers ${formatNumber(completion)})`,
    (rateLimited === 0 ? good : bad)(`429s: ${rateLimited}`),
    ...stage.sum(board),
    ...waits(board, stage.speed),
    ...failures(board),
  ];
}

/** Those that have not ended by now were cancelled. */
function outcomes(board: Board): string[] {
  const [answered, failed] = [board.count('answered'), board.count('failed')];
  const cancelled = board.rows.length - answered - failed;
  return [
    `${answered} of ${board.rows.length} answered`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
  ];
}

function times({ speed, ...stage }: Pick<Stage, 'speed' | 'now'>): string {
  const elapsed = stage.now();
  if (speed === 1) return formatDuration(elapsed);
  return `${formatDuration(elapsed)} by the simulated clock, ${formatDuration(elapsed / speed)} by yours`;
}

/** How long the questions of each priority waited for their turn. */
function waits({ rows }: Board, speed: number): string[] {
  const lines = PRIORITIES.flatMap((priority) => {
    const times = rows.filter(({ task }) => task.priority === priority).flatMap((row) => row.milestones.waited ?? []);
    if (times.length === 0) return [];
    return [[`  ${priority}`, seconds(percentile(times, 0.5)), seconds(percentile(times, 0.95)), String(times.length)]];
  });
  const heading = `wait in ${speed === 1 ? '' : 'simulated '}seconds`;
  return lines.length === 0 ? [] : ['', ...table([[heading, 'p50', 'p95', 'requests'], ...lines], [1, 2, 3])];
}

const seconds = (ms = 0): string => (ms / 1_000).toFixed(1);

function failures({ rows }: Board): string[] {
  const lines = rows.flatMap(({ error, task }) =>
    error === undefined ? [] : [`failed: ${task.prompt}`, `  ${terminalText(errorText(error))}`],
  );
  return lines.length === 0 ? [] : ['', ...lines];
}
