import { concat, lastValueFrom, NEVER, of, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { askAll } from '../../../src/cli/demo/askAll.ts';
import type { Stage } from '../../../src/cli/demo/Stage.ts';
import { ClosedError, type Groq } from '../../../src/index.ts';
import { board, finish, waiting } from './rows.ts';

const text = { type: 'text', text: 'It is.' } as const;

/** A stage with the given answers, and its clock. */
function stage(chat: (prompt: unknown, options: unknown) => unknown): Stage {
  let now = 0;
  const groq = {
    chat: ({ messages: [first] }: { messages: { content: string }[] }, options: unknown) =>
      chat(first?.content, options),
  };
  return { groq: groq as unknown as Groq, now: () => now++ } as Stage;
}

describe('askAll', () => {
  it('should emit each row when it has ended, answered or failed', async () => {
    const all = board(waiting('good'), waiting('bad', 'high'));
    const asked: unknown[] = [];
    const chat = (prompt: unknown, options: unknown) => {
      asked.push([prompt, options]);
      return prompt === 'good'
        ? of(text, finish(1, 2))
        : concat(
            of(text),
            throwError(() => new ClosedError()),
          );
    };
    const ended = await lastValueFrom(askAll(stage(chat), all).pipe(toArray()));
    expect(ended).toEqual(all.rows);
    expect(ended.map(({ stand }) => stand)).toEqual(['answered', 'failed']);
    expect(asked).toEqual([
      ['good', { priority: 'low', lifecycle: true }],
      ['bad', { priority: 'high', lifecycle: true }],
    ]);
  });

  it('should ask all questions at once, and cancel all at once', () => {
    const all = board(waiting('a'), waiting('b'));
    let open = 0;
    const chat = () => {
      open += 1;
      return concat(of(text), NEVER).pipe((source) => source);
    };
    const subscription = askAll(stage(chat), all).subscribe();
    expect(open).toBe(2);
    subscription.unsubscribe();
    expect(all.count('answered') + all.count('failed')).toBe(0);
  });

  it('should rethrow an unexpected error', async () => {
    const chat = () => throwError(() => new TypeError('a defect'));
    await expect(lastValueFrom(askAll(stage(chat), board(waiting('a'))))).rejects.toThrow('a defect');
  });
});
