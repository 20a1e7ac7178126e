import type { OptionSpecs } from './parseCommandLine.ts';

/** What a command may touch of the process that it runs in. */
export interface Context {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by the user, by the system, or when the reader of the output goes away. */
  readonly signal: AbortSignal;
}

/** One of the things that `rxgroq` does. */
export interface Command {
  readonly name: string;
  /** In a few words, for the list of all commands. */
  readonly summary: string;
  /** What follows `rxgroq <name>`. */
  readonly usage: string;
  /** What else there is to know, in lines. */
  readonly details: readonly string[];
  readonly options: OptionSpecs;
  /**
   * Does it.
   *
   * @return The exit code.
   * @throws {CliError} when it cannot be done.
   */
  run(args: readonly string[], context: Context): Promise<number>;
}
