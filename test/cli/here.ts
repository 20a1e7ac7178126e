import { PassThrough } from 'node:stream';
import type { Context } from '../../src/cli/Command.ts';
import { runCli } from '../../src/cli/runCli.ts';

/** The surroundings of a command line. */
export interface HereOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Piped input. A silent terminal when absent. */
  readonly input?: string;
  /** Whether the output is a terminal of 80 columns and 24 rows without colours. */
  readonly terminal?: boolean;
}

/** Runs a command line in this process, for tests without signals and the real environment. */
export async function here(args: readonly string[], { env = {}, input, terminal = false }: HereOptions = {}) {
  const pipe = () => {
    const stream = new PassThrough({ encoding: 'utf8', highWaterMark: 1_000_000 });
    return terminal ? Object.assign(stream, { isTTY: true, columns: 80, rows: 24, getColorDepth: () => 1 }) : stream;
  };
  const [stdout, stderr] = [pipe(), pipe()];
  const stdin = input === undefined ? { isTTY: true } : new PassThrough().end(input);
  const context = { stdout, stderr, stdin, env, signal: new AbortController().signal };
  const code = await runCli(args, context as unknown as Context);
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}
