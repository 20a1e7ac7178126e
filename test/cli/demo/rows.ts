import { Board } from '../../../src/cli/demo/Board.ts';
import { Row } from '../../../src/cli/demo/Row.ts';
import type { Task } from '../../../src/cli/demo/Task.ts';
import type { FinishToken } from '../../../src/index.ts';

/** A question. */
const task = (prompt: string, priority: Task['priority'] = 'low', maxCompletionTokens = 100): Task => ({
  prompt,
  priority,
  maxCompletionTokens,
});

/** A row that was asked at 0. */
export const waiting = (prompt: string, priority?: Task['priority']): Row => new Row(task(prompt, priority), 0);

/** A row that was admitted, connected a moment later, and has received this text. */
export function answering(prompt: string, at: number, text = '', priority?: Task['priority']): Row {
  const row = waiting(prompt, priority);
  row.hear({ type: 'state', state: 'admitted' }, at);
  row.hear({ type: 'state', state: 'connected' }, at + 10);
  if (text !== '') row.hear({ type: 'text', text }, at + 100);
  return row;
}

/** The finish token of an answer with this usage. */
export const finish = (prompt_tokens: number, completion_tokens: number): FinishToken => ({
  type: 'finish',
  reason: 'stop',
  id: 'chatcmpl-1',
  model: 'm',
  usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
});

/** A row that was admitted and answered. */
export function answered(prompt: string, at: number, until: number, priority?: Task['priority']): Row {
  const row = answering(prompt, at, 'An answer.', priority);
  row.hear(finish(70, 30), until);
  row.end(until);
  return row;
}

export const board = (...rows: Row[]): Board => new Board(rows);
