/** Why a command was stopped, and what the shell is told. */
interface Stop {
  readonly exitCode: number;
}

/** What is used of a process. */
export type Stoppable = Pick<NodeJS.Process, 'on' | 'exit'> & {
  readonly stdout: NodeJS.EventEmitter;
  readonly stderr: NodeJS.EventEmitter & Pick<NodeJS.WriteStream, 'write'>;
};

/** The signals that ask a program to end, with what shells expect: 128 and the number of the signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;

/** What writing says when the reader has gone: of a pipe, and of a terminal whose window was closed. */
const NOBODY_READS: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO']);

/**
 * For how long a signal that comes again is the same one, in milliseconds: npm passes Ctrl-C on to a program that has
 * heard it from the terminal already.
 */
const ECHO = 500;

/**
 * Makes a signal that is aborted when a process is asked to end, and when nobody reads its output any more, as after
 * `| head`. Asked once more, the process ends at once, and also when its output can no longer be written.
 */
export function stopSignal(stoppable: Stoppable = process): AbortSignal {
  const controller = new AbortController();
  let stoppedAt: number | undefined;

  for (const [name, exitCode] of Object.entries(EXIT_CODES)) {
    stoppable.on(name, () => {
      const now = performance.now();
      stoppedAt ??= now;
      if (now - stoppedAt > ECHO) stoppable.exit(exitCode);
      controller.abort({ exitCode } satisfies Stop);
    });
  }
  stoppable.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (NOBODY_READS.has(code)) controller.abort({ exitCode: 0 } satisfies Stop);
    else {
      stoppable.stderr.write(`rxgroq: The output cannot be written (${code ?? message}).\n`);
      // A command that has ended already would not hear of it.
      stoppable.exit(1);
    }
  });
  // Where nothing can be told, nobody can be told so.
  stoppable.stderr.on('error', () => undefined);
  return controller.signal;
}

/** What the shell is told: how the command went, or why it was stopped. */
export function exitCodeOf(signal: AbortSignal, exitCode: number): number {
  return signal.aborted ? (signal.reason as Stop).exitCode : exitCode;
}
