import type { Priority } from '../../index.ts';
import { PRIORITIES } from '../../model/Priority.ts';
import { CliError } from '../CliError.ts';

/** One of the questions that the demonstration asks. */
export interface Task {
  readonly prompt: string;
  readonly priority: Priority;
  /** How many tokens the answer may have. */
  readonly maxCompletionTokens: number;
}

/** For questions that set no limit of their own. Without one nobody could tell beforehand what an answer will cost. */
const DEFAULT_MAX = 800;

/**
 * Reads questions from JSON lines with `prompt`, `priority` and perhaps `max_completion_tokens`.
 *
 * @throws {CliError} that names the invalid line.
 */
export function readTasks(jsonLines: string): Task[] {
  return jsonLines.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [taskOf(line, index + 1)]));
}

function taskOf(line: string, number: number): Task {
  const { prompt, priority, max_completion_tokens = DEFAULT_MAX } = parsed(line);
  const urgency = PRIORITIES.find((candidate) => candidate === priority);
  if (typeof prompt !== 'string' || prompt === '') throw wrong(number, 'a text as `prompt`');
  if (urgency === undefined) throw wrong(number, `one of ${PRIORITIES.join(', ')} as \`priority\``);
  if (!Number.isSafeInteger(max_completion_tokens) || Number(max_completion_tokens) < 1) {
    throw wrong(number, 'a whole number above 0 as `max_completion_tokens`');
  }
  return { prompt, priority: urgency, maxCompletionTokens: Number(max_completion_tokens) };
}

function parsed(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

const wrong = (number: number, expected: string): CliError =>
  new CliError(`Line ${number} of the prompts must be JSON with ${expected}.`);
