import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startRawServer } from '../../util/startRawServer.ts';
import { CASES, type Case } from './cases.ts';
import type { Call, Ran } from './runClient.ts';

/**
 * Exposes several clients to the same faults, each in a separate process with its own server, and prints their
 * reactions. `npm run compare:faults [part of a name]`.
 */
const folder = fileURLToPath(new URL('.', import.meta.url));
const CLIENTS = ['rxgroq', 'groq-sdk', 'openai', 'AI SDK'];
/** The time limit of a client, in milliseconds: five times its configured timeout. */
const LIMIT = 10_000;
/** The number of concurrent processes. */
const PROCESSES = 2;

if (!existsSync(new URL('node_modules', import.meta.url))) {
  execFileSync('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'], {
    stdio: 'inherit',
  });
}

const [, , part = ''] = process.argv;
const cases = CASES.filter(({ name }) => name.includes(part));
const cells = cases.map((): string[] => []);
const jobs = cases.flatMap((row, index) => CLIENTS.map((client, column) => ({ row, index, client, column })));

const work = async (): Promise<void> => {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    const cell = await outcome(job.row, job.client);
    (cells[job.index] as string[])[job.column] = cell;
    process.stderr.write(`${job.client}, ${job.row.name}: ${cell}\n`);
  }
};
await Promise.all(Array.from({ length: PROCESSES }, work));

const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
console.log(line(['', ...CLIENTS]));
console.log(line(['---', ...CLIENTS.map(() => '---')]));
cases.forEach(({ name }, index) => {
  console.log(line([name, ...(cells[index] ?? [])]));
});

/** The reaction of a client to a fault. */
async function outcome({ answer, call, verdict }: Case, client: string): Promise<string> {
  const at: number[] = [];
  const other = await startRawServer();
  const { server, stop } = await startRawServer({
    answer: (request) => {
      at.push(performance.now());
      answer(request, at.length - 1, other.server.url);
    },
  });
  const { ran, printed } = await runClient({ client, url: server.url, stream: true, times: 1, ...call });
  const elsewhere = other.server.connections.all.map(({ received }) => received).join('');
  await Promise.all([stop(), other.stop()]);
  const remarks = [
    printed && 'prints to the console',
    (ran?.unhandled ?? 0) > 0 && `${ran?.unhandled ?? 0} unhandled`,
  ].filter((remark) => typeof remark === 'string');
  return [verdict?.({ at, elsewhere }, ran) ?? ending(ran), ...remarks].join(', ');
}

function ending(ran: Ran | undefined): string {
  if (ran === undefined) return `hangs (over ${LIMIT / 1_000} s)`;
  return ran.error ?? `COMPLETE ${JSON.stringify(ran.text.slice(0, 20))}, ${ran.finish ?? 'no reason'}`;
}

/** Runs a client in a separate process, with a time limit. */
function runClient(call: Call): Promise<{ ran: Ran | undefined; printed: boolean }> {
  const file = fileURLToPath(new URL('runClient.ts', import.meta.url));
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--conditions=rxgroq-source', '--no-warnings', file, JSON.stringify(call)], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let ran: Ran | undefined;
    let printed = false;
    child.on('message', (message) => {
      ran = message as Ran;
    });
    for (const output of [child.stdout, child.stderr]) output?.on('data', () => (printed = true));
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT);
    child.on('close', () => {
      clearTimeout(timer);
      resolve({ ran, printed });
    });
  });
}
