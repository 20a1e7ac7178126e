/** Measures one contender in a separate process, on request. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Asks, contenders } from './contenders.ts';

/** A task, and how often it is repeated. */
export interface Task {
  readonly kind: 'stream' | 'whole' | 'cancel';
  readonly model: string;
  readonly count: number;
  /** The number of concurrent requests. */
  readonly together: number;
  /** When a stream is cancelled: some milliseconds after its first token, or at a random moment within some. */
  readonly leave?: { readonly after: number } | { readonly within: number };
}

/** The measurements of a task. */
export interface Measured {
  /** CPU time of all threads, in microseconds. */
  readonly cpu: number;
  /** The time until the first piece of text of each request, in microseconds. */
  readonly first: readonly number[];
  /** Peak memory, in MB. */
  readonly memory: number;
  /** When each request was cancelled, in microseconds, by its `user`. */
  readonly left: Readonly<Record<string, number>>;
}

const [, , name = '', origin = ''] = process.argv;
const { stream, whole } = (await contenders.find((contender) => contender.name === name)?.load()) ?? {};
const now = (): number => Number(process.hrtime.bigint()) / 1_000;
let asked = 0;

async function leave(
  asks: Asks,
  { model, leave: when = { after: 0 } }: Task,
  left: Record<string, number>,
): Promise<void> {
  const user = `${name.replaceAll(/\W/g, '')}${asked++}`;
  const controller = new AbortController();
  const abort = (): void => {
    left[user] = now();
    controller.abort();
  };
  let answer: Promise<unknown> = Promise.resolve();
  const begun = new Promise<unknown>((resolve) => {
    const first = (): void => {
      resolve(undefined);
    };
    answer = asks({ model, origin, user, signal: controller.signal, first }).catch(resolve);
  });
  if ('after' in when) await begun.then(() => pause(when.after));
  else await pause(Math.random() * when.within);
  abort();
  await answer;
}

async function run(task: Task): Promise<Measured> {
  const asks = task.kind === 'whole' ? whole : stream;
  if (asks === undefined) throw new Error(`${name} has no ${task.kind}`);
  const first: number[] = [];
  const left: Record<string, number> = {};
  let rest = task.count;
  const worker = async (): Promise<void> => {
    while (rest-- > 0) {
      if (task.kind === 'cancel') await leave(asks, task, left);
      else {
        const start = now();
        await asks({ model: task.model, origin, first: () => first.push(now() - start) });
      }
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: task.together }, worker));
  const { user, system } = process.cpuUsage(before);
  return { cpu: user + system, first, left, memory: process.resourceUsage().maxRSS / 1_024 };
}

process.on('message', (task: Task) => {
  run(task).then(
    (measured) => process.send?.(measured),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
