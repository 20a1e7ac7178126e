import type { Task } from './Task.ts';

/** How many questions of each priority are asked: few, since they are taken from somebody's quota. */
const OF_EACH = 2;

/** How long an answer may be, in tokens. */
const MAX = 400;

/** A handful of the questions, of every priority. */
export function liveTasks(tasks: readonly Task[]): Task[] {
  const seen = new Map<string, number>();
  return tasks
    .filter(({ priority }) => {
      const count = (seen.get(priority) ?? 0) + 1;
      seen.set(priority, count);
      return count <= OF_EACH;
    })
    .map((task) => ({ ...task, maxCompletionTokens: Math.min(task.maxCompletionTokens, MAX) }));
}
