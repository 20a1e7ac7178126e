import { fork } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { parseArgs } from 'node:util';
import { createGroq } from '../../src/client/createGroq.ts';
import { constantCounter } from '../../src/operators.ts';
import { seeded } from '../util/random.ts';
import { askOnce, type Ends } from './asker.ts';
import type { ServerStats } from './server.ts';
import { type Sample, slope } from './slope.ts';

/** The number of unanswered requests at a time, and how many of them are in flight. */
const OUTSTANDING = 300;
const IN_FLIGHT = 100;

/** The number of heap samples, and the part of them that is warm-up. */
const SAMPLES = 50;
const WARM_UP = 0.3;

/**
 * The allowed growth of the heap in a soak of 100,000 requests, in bytes for 1,000 of them: the engine keeps collecting
 * type feedback. One object kept for each request would be ten times as much.
 */
const BOUND = 5_000;

/** With fewer requests, growth cannot be judged. */
const FEW = 20_000;

/** How long the process may take to exit by itself, in milliseconds. */
const EXIT = 10_000;

const { values } = parseArgs({ options: { requests: { type: 'string' }, seed: { type: 'string' } } });
const requests = Number(values.requests ?? 100_000);
const seed = Number(values.seed ?? 1);
if (!(Number.isInteger(requests) && requests >= SAMPLES && Number.isInteger(seed))) {
  throw new TypeError(`--requests has to be a whole number from ${SAMPLES} on, and --seed a whole number.`);
}
const { gc } = globalThis;
if (gc === undefined) throw new Error('Run it with --expose-gc.');

const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const fail = (text: string): void => {
  say(`FAILED: ${text}`);
  process.exitCode = 1;
};

let stopped = false;
process.once('SIGINT', () => {
  say('Stopping. Once more ends it at once.');
  stopped = true;
});
const quietly = process.eventNames().map((name) => [name, process.listenerCount(name)] as const);
// An uncaught exception is a failure, but does not end the soak.
const uncaught = (error: unknown): void => {
  fail(`nobody caught ${String(error)}`);
};
process.on('uncaughtException', uncaught).on('unhandledRejection', uncaught).on('warning', uncaught);

const server = fork(new URL('server.ts', import.meta.url), [String(seed)], {
  execArgv: ['--conditions=rxgroq-source'],
  // Ctrl-C only reaches this process; the server runs until the client has ended.
  detached: true,
});
const hear = async <T>(): Promise<T> => ((await once(server, 'message')) as [T])[0];
const stats = async (): Promise<ServerStats> => {
  server.send('stats');
  return hear<ServerStats>();
};
const { port } = await hear<{ port: number }>();

const random = seeded(seed);
const shared = new AbortController();
const groq = createGroq({
  apiKey: 'gsk_soak',
  baseURL: `http://127.0.0.1:${port}`,
  defaults: { model: 'm' },
  limits: { m: { rpm: 1e7, tpm: 1e9 } },
  counter: constantCounter(5),
  retry: { count: 1, initialDelay: 10 },
  maxInFlight: IN_FLIGHT,
  random,
});
const ends: Ends = new Map();
const samples: Sample[] = [];
const start = performance.now();
let asked = 0;
say(`${requests} requests, seed ${seed}`);

try {
  while (asked < requests && !isStopped()) {
    await round(Math.min(requests, asked + Math.ceil(requests / SAMPLES)));
    const { open } = await stats();
    await sample();
    const listeners = getEventListeners(shared.signal, 'abort').length;
    if (listeners > 0) fail(`${listeners} listeners are left on a signal after ${asked} requests`);
    if (open > OUTSTANDING) fail(`${open} connections are open after ${asked} requests`);
    if (samples.length % 5 === 0 || asked === requests) progress(open);
  }
} finally {
  await groq.close();
  await leaveServer();
}
judge();

function isStopped(): boolean {
  return stopped;
}

/** Makes requests up to a number, and waits for the last of them. */
async function round(until: number): Promise<void> {
  const ask = async (): Promise<void> => {
    while (asked < until && !stopped) {
      asked += 1;
      await askOnce(groq, random, shared.signal, ends);
    }
  };
  await Promise.all(Array.from({ length: OUTSTANDING }, ask));
}

async function sample(): Promise<void> {
  // The last requests may still have timers for `grace`, and closing connections.
  await new Promise((resolve) => setTimeout(resolve, 60));
  for (let i = 0; i < 3; i++) {
    gc?.();
    await new Promise(setImmediate);
  }
  samples.push([asked, process.memoryUsage().heapUsed]);
}

function progress(open: number): void {
  const seconds = (performance.now() - start) / 1_000;
  const [, heap = 0] = samples.at(-1) ?? [];
  say(
    `${String(asked).padStart(7)} requests  ${Math.round(asked / seconds)}/s  heap ${(heap / 1e6).toFixed(3)} MB  ` +
      `${open} connections`,
  );
}

/** Checks that the server has no open connection, and stops it. */
async function leaveServer(): Promise<void> {
  let left = (await stats()).open;
  for (let i = 0; i < 20 && left > 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    left = (await stats()).open;
  }
  if (left > 0) fail(`${left} connections are open at the server when the client was closed`);
  const gone = once(server, 'exit');
  server.disconnect();
  await gone;
  // Its handle is closed a moment later.
  await new Promise((resolve) => setTimeout(resolve, 20));
}

function judge(): void {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  const perThousand = slope(warm) * 1_000;
  const bound = BOUND * Math.max(1, 100_000 / requests);
  say([...ends].map(([end, count]) => `${end} ${count}`).join(', '));
  const told = [...ends.values()].reduce((sum, count) => sum + count, 0);
  if (told !== asked) fail(`of ${asked} requests ${told} have ended`);
  say(`heap: ${perThousand.toFixed(0)} bytes per 1,000 requests (at the most ${bound.toFixed(0)})`);
  if (asked >= FEW && perThousand > bound) fail('the heap grows');

  process.off('uncaughtException', uncaught).off('unhandledRejection', uncaught).off('warning', uncaught);
  for (const name of process.eventNames()) {
    const before = quietly.find(([known]) => known === name)?.[1] ?? 0;
    const after = process.listenerCount(name);
    if (after > before) fail(`${after - before} listeners for ${String(name)} are left on the process`);
  }
  const left = process.getActiveResourcesInfo().filter((name) => !/^(TTYWrap|PipeWrap|SignalWrap)$/.test(name));
  if (left.length > 0) fail(`left behind: ${left.join(', ')}`);
  const took = ((performance.now() - start) / 1_000).toFixed(0);
  const verdict = process.exitCode === 1 ? 'failed' : stopped ? 'stopped' : 'passed';
  say(`${verdict} after ${took} s`);
  if (stopped) process.exitCode = 130;
  setTimeout(() => {
    fail(`the process does not end: ${process.getActiveResourcesInfo().join(', ')}`);
    process.exit();
  }, EXIT).unref();
}
