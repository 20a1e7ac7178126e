import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How a child process is started. */
export interface ChildOptions {
  /** The whole environment, except for PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input. Nothing when absent. */
  readonly input?: string;
  /** The working directory. An empty one when absent. */
  readonly cwd?: string;
  /** A module that is loaded first. */
  readonly preload?: URL;
}

/** How a child process has ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A child process that runs a TypeScript file. */
export class Child {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor(file: URL, args: readonly string[] = [], { env = {}, input, cwd, preload }: ChildOptions = {}) {
    const empty = cwd === undefined ? mkdtempSync(join(tmpdir(), 'rxgroq-')) : undefined;
    const flags = ['--conditions=rxgroq-source', ...(preload === undefined ? [] : [`--import=${preload.href}`])];
    const { PATH = '' } = process.env;
    this.process = spawn(process.execPath, [...flags, fileURLToPath(file), ...args], {
      cwd: cwd ?? empty,
      env: { PATH, ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    this.process.stdin?.end(input);
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.ended = once(this.process, 'close').then(([code, signal]: unknown[]) => {
      if (empty !== undefined) rmSync(empty, { recursive: true });
      return {
        code: code as number | null,
        signal: signal as NodeJS.Signals | null,
        stdout: this.#stdout,
        stderr: this.#stderr,
      };
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** Waits until standard output matches a pattern, and returns the match. Rejects when the process ends before. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#stdout);
      if (found !== null) return found;
      const ended = this.ended.then((end) => {
        if (!pattern.test(end.stdout)) throw new Error(`ended before it printed ${String(pattern)}: ${end.stderr}`);
      });
      const more = once(this.process.stdout ?? this.process, 'data');
      await Promise.race([ended, more]);
    }
  }
}
