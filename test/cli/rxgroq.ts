import { afterAll } from 'vitest';
import { Child, type ChildOptions, type Ended } from '../util/child.ts';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url);

/** Makes the output of a child process look like a terminal. */
export const ON_A_TERMINAL = new URL('./pretendTerminal.ts', import.meta.url);

/** Returns functions that run the command line in a child process, which is killed after the tests of a file. */
export function rxgroq() {
  const children: Child[] = [];
  afterAll(() => {
    for (const { process } of children) process.kill('SIGKILL');
  });

  const start = (args: readonly string[], options?: ChildOptions): Child => {
    const child = new Child(MAIN, args, options);
    children.push(child);
    return child;
  };
  const run = (args: readonly string[], options?: ChildOptions): Promise<Ended> => start(args, options).ended;
  return { start, run };
}
