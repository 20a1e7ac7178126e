import { lastValueFrom, type Observable, tap } from 'rxjs';
import { terminalText } from '../../rules/terminal/terminalText.ts';
import { errorText } from '../errorText.ts';
import { formatNumber } from '../formatNumber.ts';
import { formatClock, formatDuration } from '../formatTime.ts';
import { cut } from '../terminal/fit.ts';
import type { Board } from './Board.ts';
import { levelsOf } from './levelsOf.ts';
import type { Row } from './Row.ts';
import type { Stage } from './Stage.ts';

/** How much of a question is told, in characters. */
const PROMPT = 48;

/** Prints a line for each question that has ended, for output without a terminal. */
export async function showAsLines(
  ended$: Observable<Row>,
  board: Board,
  stage: Stage,
  stdout: NodeJS.WriteStream,
): Promise<void> {
  stdout.write(`${board.rows.length} questions to ${stage.title}\n\n`);
  const lines$ = ended$.pipe(
    tap((row) => {
      stdout.write(`${endedText(row, board, stage)}\n`);
    }),
  );
  await lastValueFrom(lines$, { defaultValue: undefined });
  stdout.write('\n');
}

function endedText({ task, milestones, usage, error }: Row, board: Board, { groq, now }: Stage): string {
  const tpm = levelsOf(groq).find(({ dimension }) => dimension === 'tpm');
  return [
    `${formatClock(now())} ${task.priority.padEnd(6)} ${cut(task.prompt, PROMPT)}`,
    `waited ${formatDuration(milestones.waited ?? 0)}`,
    error === undefined
      ? `${formatNumber(usage?.total_tokens ?? 0)} tokens`
      : `failed: ${terminalText(errorText(error))}`,
    `${board.count('waiting')} waiting`,
    ...(tpm === undefined ? [] : [`tokens per minute ${formatNumber(tpm.level)} of ${formatNumber(tpm.limit)}`]),
  ].join(' · ');
}
