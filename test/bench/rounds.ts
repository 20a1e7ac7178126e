import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Measured, Task } from './child.ts';

/** A server in a separate process, and when connections were closed, in microseconds. */
export interface Server {
  readonly origin: string;
  readonly closed: Map<string, number>;
  stop(): void;
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export async function startServer(): Promise<Server> {
  const child = fork(path('server.ts'));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const closed = new Map<string, number>();
  child.on('message', (told: { user: string; closed: number }) => closed.set(told.user, told.closed));
  return {
    origin: `http://127.0.0.1:${port}`,
    closed,
    stop: () => {
      child.disconnect();
    },
  };
}

const tell = async (child: ChildProcess, task: Task): Promise<Measured> => {
  child.send(task);
  const [measured] = (await once(child, 'message')) as [Measured | { error: string }];
  if ('error' in measured) throw new Error(measured.error);
  return measured;
};

/**
 * Gives the same task to each contender in turn, each in a separate process, so that other load on the machine affects
 * all of them equally. The first rounds do not count.
 */
export async function inRounds(
  names: readonly string[],
  task: Task,
  { origin }: Server,
  { rounds, warmup }: { rounds: number; warmup: number },
): Promise<Map<string, Measured[]>> {
  const children = new Map<string, ChildProcess>();
  for (const name of names) {
    const child = fork(path('child.ts'), [name, origin]);
    await once(child, 'message');
    children.set(name, child);
  }
  const measured = new Map(names.map((name): [string, Measured[]] => [name, []]));
  for (let round = -warmup; round < rounds; round++) {
    for (const [name, child] of children) {
      const result = await tell(child, task);
      if (round >= 0) measured.get(name)?.push(result);
    }
  }
  for (const child of children.values()) child.disconnect();
  return measured;
}

/** The value below which this part of all values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
