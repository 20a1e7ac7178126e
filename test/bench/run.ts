/**
 * Measures this package, floors, which do the minimum of work, and its peers, and prints tables for the README. Only
 * ratios within one run are meaningful, since the machine may be busy.
 *
 *   npm run build && npm --prefix test/bench/peers install && node test/bench/run.ts [part of a name…]
 *
 * ROUNDS sets the number of rounds, 9 by default; RXGROQ sets the build that is measured.
 */
import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Measured, Task } from './child.ts';
import { contenders } from './contenders.ts';
import { inRounds, median, quantile, type Server, startServer } from './rounds.ts';

/** A group of measurements. */
interface Area {
  readonly name: string;
  readonly task: Task;
  /** The number of warm-up rounds, until the engine has compiled the code. */
  readonly warmup: number;
  /** The number of rounds. 1 for values that are measured over all rounds together. */
  readonly rounds?: number;
  /** Selects contenders by name. */
  readonly among?: RegExp;
  /** The contender with which the others are compared. */
  readonly floor: string;
  readonly columns: Readonly<Record<string, (all: readonly Measured[], server: Server) => number>>;
  /** The highest allowed ratio to the floor, by contender and column. */
  readonly goals: readonly (readonly [contender: string, floor: string, column: string, ratio: number])[];
  /** The highest allowed value, by contender and column. */
  readonly bounds?: readonly (readonly [contender: string, column: string, most: number])[];
}

const BY_REQUEST = 'undici.request + split + JSON.parse';
const BY_DISPATCH = 'undici.dispatch + split + JSON.parse';
const TOKENS = 'rxgroq, tokens';
const TEXT = 'rxgroq, text()';

const cpuPer =
  (count: number) =>
  (all: readonly Measured[]): number =>
    median(all.map(({ cpu }) => cpu)) / count;

const memory = (all: readonly Measured[]): number => Math.max(...all.map((measured) => measured.memory));

/** The time from a cancel until the server sees the connection close, for requests that it had received. */
const closing =
  (part: number) =>
  (all: readonly Measured[], { closed }: Server): number =>
    quantile(
      all.flatMap(({ left }) =>
        Object.entries(left).flatMap(([user, at]) => {
          const time = closed.get(user);
          return time === undefined ? [] : [time - at];
        }),
      ),
      part,
    );

const AREAS: readonly Area[] = [
  {
    name: 'One stream of 20,000 tokens',
    task: { kind: 'stream', model: 'burst-20000', count: 5, together: 1 },
    warmup: 5,
    floor: BY_REQUEST,
    columns: { 'CPU a token, µs': cpuPer(100_000), 'memory, MB': memory },
    goals: [
      [TOKENS, BY_REQUEST, 'CPU a token, µs', 0.7],
      [TEXT, BY_REQUEST, 'CPU a token, µs', 0.55],
    ],
  },
  {
    name: 'The first token',
    task: { kind: 'stream', model: 'first-3', count: 60, together: 1 },
    warmup: 3,
    among: /JSON|rxgroq|sdk|openai/,
    floor: BY_REQUEST,
    columns: { 'median, µs': (all) => median(all.flatMap(({ first }) => first)), 'CPU a stream, µs': cpuPer(60) },
    goals: [[TOKENS, BY_REQUEST, 'median, µs', 1]],
  },
  {
    name: '500 streams at a time of 50 tokens each',
    task: { kind: 'stream', model: 'tick-50', count: 500, together: 500 },
    warmup: 2,
    among: /JSON|rxgroq|sdk|openai/,
    floor: BY_REQUEST,
    columns: { 'CPU a token, µs': cpuPer(25_000), 'memory, MB': memory },
    goals: [
      [TOKENS, BY_REQUEST, 'CPU a token, µs', 1.1],
      [TOKENS, BY_REQUEST, 'memory, MB', 1],
    ],
  },
  {
    name: 'A small request, not streamed, 50 at a time',
    task: { kind: 'whole', model: 'whole', count: 3_000, together: 50 },
    warmup: 4,
    among: /JSON|tokens|sdk|openai/,
    floor: BY_DISPATCH,
    columns: { 'CPU a request, µs': cpuPer(3_000), 'memory, MB': memory },
    goals: [
      [TOKENS, BY_DISPATCH, 'CPU a request, µs', 1.4],
      [TOKENS, 'groq-sdk', 'CPU a request, µs', 0.2],
    ],
  },
  {
    name: 'From unsubscribing to the connection closed at the server',
    task: { kind: 'cancel', model: 'hang', count: 20, together: 1, leave: { after: 2 } },
    warmup: 1,
    among: /JSON|tokens|sdk|openai/,
    floor: BY_DISPATCH,
    columns: { 'median, µs': closing(0.5), '95 %, µs': closing(0.95) },
    goals: [[TOKENS, BY_DISPATCH, 'median, µs', 1.3]],
  },
  {
    name: '10,000 requests left at any moment, 20 at a time',
    task: { kind: 'cancel', model: 'hang', count: 10_000, together: 20, leave: { within: 4 } },
    warmup: 0,
    rounds: 1,
    among: /dispatch \+|tokens/,
    floor: BY_DISPATCH,
    columns: {
      'median, µs': closing(0.5),
      '99 %, µs': closing(0.99),
      'the longest, µs': closing(1),
      'seen by the server': (all, { closed }) =>
        all.flatMap(({ left }) => Object.keys(left)).filter((user) => closed.has(user)).length,
    },
    goals: [],
    bounds: [[TOKENS, '99 %, µs', 50_000]],
  },
];

const shown = (value: number): string =>
  value.toPrecision(value < 100 ? 2 : 3).replace(/^(\d+)\.?\d*e\+?(\d+)$/, (text) => String(Number(text)));

async function measure(area: Area, server: Server): Promise<void> {
  const { name, task, warmup, among = /./, floor, columns, goals, bounds = [] } = area;
  const has = (contender: (typeof contenders)[number]): boolean => among.test(contender.name);
  const names = contenders.filter(has).map((contender) => contender.name);
  const rounds = area.rounds ?? Number(process.env['ROUNDS'] ?? 9);
  const all = await inRounds(names, task, server, { rounds, warmup });
  // Until the server has reported the last connections.
  await pause(200);
  const value = (contender: string, column: string): number =>
    columns[column]?.(all.get(contender) ?? [], server) ?? Number.NaN;
  const [main = ''] = Object.keys(columns);
  const heads = ['', ...Object.keys(columns), 'ratio'];
  console.log(`\n### ${name}\n\n| ${heads.join(' | ')} |\n|${' --- |'.repeat(heads.length)}`);
  for (const contender of names) {
    const cells = Object.keys(columns).map((column) => shown(value(contender, column)));
    console.log(`| ${[contender, ...cells, (value(contender, main) / value(floor, main)).toFixed(2)].join(' | ')} |`);
  }
  for (const [contender, than, column, most] of goals) {
    if (!all.has(than)) continue;
    const ratio = value(contender, column) / value(than, column);
    console.log(`\n${ratio <= most ? '✓' : '✗'} ${contender}: ${column}: ${ratio.toFixed(2)} of ${than}, goal ${most}`);
  }
  for (const [contender, column, most] of bounds) {
    const found = value(contender, column);
    console.log(`\n${found <= most ? '✓' : '✗'} ${contender}: ${column}: ${shown(found)}, goal ${most}`);
  }
}

const wanted = process.argv.slice(2);
const model = cpus()[0]?.model ?? 'unknown';
console.log(
  `Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${model}, ${new Date().toISOString().slice(0, 10)}, load ${loadavg()[0]?.toFixed(1) ?? ''}. Medians of rounds in turns, a process each.`,
);
const server = await startServer();
for (const area of AREAS) {
  if (wanted.length === 0 || wanted.some((part) => area.name.includes(part))) await measure(area, server);
}
server.stop();
