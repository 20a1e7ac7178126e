/**
 * Runs 400 jobs of three priorities with each contender under one account's limits, on real sockets, and shows how
 * close it comes to the optimum: the total time, how often it met a limit, the lost jobs, and the wait of urgent ones.
 * In one scenario all jobs arrive at once, in the other a tenth of the urgent ones arrives later.
 *
 * The peers are installed with `npm install` in `test/bench/peers`; without them only rxgroq is measured.
 *
 *   npm run bench:goodput -- [rounds] [part of a contender's name]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Done } from './goodput/child.ts';
import { clairvoyant, fluidBound, type GoodputJob, goodputJobs } from './goodput/jobs.ts';

const [, , rounds = '5', only = ''] = process.argv;
const speed = process.env['BENCH_SPEED'] ?? '10';
const serverFile = fileURLToPath(new URL('./goodput/server.ts', import.meta.url));
const childFile = fileURLToPath(new URL('./goodput/child.ts', import.meta.url));
const installed = fileURLToPath(new URL('./peers/node_modules/effect', import.meta.url));
const settings = {
  env: { ...process.env, BENCH_SPEED: speed, NODE_NO_WARNINGS: '1' },
  execArgv: ['--conditions=rxgroq-source', '--import', new URL('goodput/hurry.ts', import.meta.url).href],
};
const peers = ['groq-sdk', 'groq-sdk, 10 retries', 'openai, 10 retries', 'p-queue + groq-sdk', 'bottleneck + groq-sdk'];
const ours = ['rxgroq', 'rxgroq, alone on the account'];
const names = [...ours, ...(existsSync(installed) ? [...peers, 'effect'] : [])].filter((name) => name.includes(only));

/** The result of one contender in one run. Times are seconds of the faster clock. */
interface Result {
  readonly makespan: number;
  readonly requests: number;
  readonly refused: number;
  readonly lost: number;
  readonly high50: number;
  readonly high95: number;
  readonly low95: number;
  readonly error?: string | undefined;
}

const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN;

const waits = (jobs: readonly GoodputJob[], latencies: readonly (number | null)[]) => {
  const of = (priority: string): number[] =>
    latencies.flatMap((latency, i) => (latency !== null && jobs[i]?.priority === priority ? latency / 1_000 : []));
  return { high50: quantile(of('high'), 0.5), high95: quantile(of('high'), 0.95), low95: quantile(of('low'), 0.95) };
};

async function measure(name: string, jobs: readonly GoodputJob[], late: boolean): Promise<Result> {
  const server = fork(serverFile, settings);
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  const child = fork(childFile, [name, `http://127.0.0.1:${port}`, late ? 'late' : ''], settings);
  const [{ latencies, makespan, error }] = (await once(child, 'message')) as [Done];
  server.send('stats');
  const [{ requests, refused }] = (await once(server, 'message')) as [{ requests: number; refused: number }];
  server.disconnect();
  const lost = latencies.filter((latency) => latency === null).length;
  return { makespan: makespan / 1_000, requests, refused, lost, ...waits(jobs, latencies), error };
}

/** The medians of all numbers. */
const medians = (results: readonly Result[]): Result => {
  const of = (key: Exclude<keyof Result, 'error'>): number =>
    quantile(
      results.map((result) => result[key]),
      0.5,
    );
  return {
    makespan: of('makespan'),
    requests: of('requests'),
    refused: of('refused'),
    lost: of('lost'),
    high50: of('high50'),
    high95: of('high95'),
    low95: of('low95'),
  };
};

const rowOf = (name: string, bound: number, { makespan, requests, refused, lost, ...rest }: Result): string => {
  const { high50, high95, low95 } = rest;
  const [whole, ratio, ...waited] = [makespan, makespan / bound, high50, high95, low95].map((value) =>
    value.toFixed(2),
  );
  return `| ${[name, whole, ratio, requests, refused, lost, ...waited].join(' | ')} |`;
};

const processor = cpus()[0]?.model ?? 'an unknown processor';
console.log(
  `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${availableParallelism()} cores of ${processor}, ` +
    `load ${(loadavg()[0] ?? 0).toFixed(1)}; medians of ${rounds} runs, clock ${speed} times as fast, times in its seconds`,
);
for (const late of [false, true]) {
  const jobs = goodputJobs(late);
  const bound = fluidBound(jobs) / 1_000;
  const latencies = clairvoyant(jobs);
  const ideal: Result = {
    makespan: Math.max(...latencies.map((latency, i) => latency + (jobs[i]?.arrival ?? 0))) / 1_000,
    requests: jobs.length,
    refused: 0,
    lost: 0,
    ...waits(jobs, latencies),
  };
  const results = new Map(names.map((name): [string, Result[]] => [name, []]));
  for (let round = 0; round < Number(rounds); round++) {
    for (const [name, list] of results) {
      const result = await measure(name, jobs, late);
      list.push(result);
      console.error(`round ${round + 1}, ${name}: ${JSON.stringify(result)}`);
    }
  }
  console.log(
    `\n${late ? 'A tenth of the urgent jobs comes later' : 'All jobs come at once'}; no less than ${bound.toFixed(1)} s:\n`,
  );
  console.log('| contender | makespan | × bound | requests | 429s | lost | high p50 | high p95 | low p95 |');
  console.log('|---|---:|---:|---:|---:|---:|---:|---:|---:|');
  console.log(rowOf('an oracle that knows every cost and limit beforehand', bound, ideal));
  for (const [name, list] of results) console.log(rowOf(name, bound, medians(list)));
}
