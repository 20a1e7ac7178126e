import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CliError } from '../../../src/cli/CliError.ts';
import { liveTasks } from '../../../src/cli/demo/liveTasks.ts';
import { readTasks } from '../../../src/cli/demo/Task.ts';

const examples = readTasks(readFileSync(new URL('../../../examples/prompts.jsonl', import.meta.url), 'utf8'));

describe('readTasks', () => {
  it('should read a question from each line that is not blank', () => {
    const lines = '{"prompt":"a","priority":"high"}\n\n{"prompt":"b","priority":"low","max_completion_tokens":5}\n';
    expect(readTasks(lines)).toEqual([
      { prompt: 'a', priority: 'high', maxCompletionTokens: 800 },
      { prompt: 'b', priority: 'low', maxCompletionTokens: 5 },
    ]);
  });

  it.each([
    ['no json', '`prompt`'],
    ['[]', '`prompt`'],
    ['null', '`prompt`'],
    ['{"prompt":"","priority":"low"}', '`prompt`'],
    ['{"prompt":"a","priority":"urgent"}', '`priority`'],
    ['{"prompt":"a"}', '`priority`'],
    ['{"prompt":"a","priority":"low","max_completion_tokens":0}', '`max_completion_tokens`'],
    ['{"prompt":"a","priority":"low","max_completion_tokens":"9"}', '`max_completion_tokens`'],
  ])('should refuse %s and name the line', (line, field) => {
    const read = () => readTasks(`{"prompt":"a","priority":"low"}\n${line}`);
    expect(read).toThrow(CliError);
    expect(read).toThrow(/^Line 2 /);
    expect(read).toThrow(field);
  });
});

describe('examples/prompts.jsonl', () => {
  it('should hold sixty different questions in three priorities', () => {
    expect(new Set(examples.map(({ prompt }) => prompt)).size).toBe(60);
    expect(new Set(examples.map(({ priority }) => priority))).toEqual(new Set(['high', 'normal', 'low']));
    // They are mixed, so serving urgent questions first requires a queue.
    expect(examples.findLastIndex(({ priority }) => priority === 'high')).toBeGreaterThan(
      examples.findIndex(({ priority }) => priority === 'low'),
    );
  });
});

describe('liveTasks', () => {
  it('should take two of each priority, with short answers', () => {
    const tasks = liveTasks(examples);
    expect(tasks.map(({ priority }) => priority).sort()).toEqual(['high', 'high', 'low', 'low', 'normal', 'normal']);
    for (const { maxCompletionTokens } of tasks) expect(maxCompletionTokens).toBeLessThanOrEqual(400);
  });
});
