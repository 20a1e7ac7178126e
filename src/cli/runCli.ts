import { readFileSync } from 'node:fs';
import { isGroqError } from '../index.ts';
import { terminalText } from '../rules/terminal/terminalText.ts';
import { CliError, UsageError } from './CliError.ts';
import type { Command, Context } from './Command.ts';
import { chat } from './commands/chat.ts';
import { count } from './commands/count.ts';
import { demo } from './commands/demo.ts';
import { models } from './commands/models.ts';
import { simulate } from './commands/simulate.ts';
import { verify } from './commands/verify.ts';
import { errorText } from './errorText.ts';
import { commandHelpText, helpText } from './helpText.ts';
import { loadEnvironment } from './loadEnvironment.ts';
import { packageFile } from './packageFile.ts';
import { exitCodeOf } from './stopSignal.ts';

const COMMANDS: readonly Command[] = [chat, models, count, verify, simulate, demo];

/**
 * Runs what a command line asks for.
 *
 * @param args What follows `rxgroq`.
 * @return The exit code: 0 when it went well, 1 when it failed, 2 when the command line was wrong, and 128 and the
 * number of the signal when it was stopped by one.
 */
export async function runCli(args: readonly string[], context: Context): Promise<number> {
  const [first, about] = args;
  if (first === 'help' && about !== undefined && !about.startsWith('-')) return runCli([about, '--help'], context);
  const command = COMMANDS.find(({ name }) => name === first);
  const who = ['rxgroq', ...(command === undefined ? [] : [command.name])].join(' ');
  try {
    return command === undefined ? general(args, context) : await start(command, args.slice(1), context);
  } catch (error) {
    // What fails because it was stopped is nothing to tell.
    if (context.signal.aborted) return exitCodeOf(context.signal, 1);
    const [message, exitCode] = told(error);
    const hint = exitCode === 2 ? `\nSee '${who} --help'.` : '';
    context.stderr.write(`${who}: ${message}${hint}\n`);
    return exitCode;
  }
}

async function start(command: Command, args: readonly string[], context: Context): Promise<number> {
  if (asksFor(args, '--help', '-h')) {
    context.stdout.write(commandHelpText(command));
    return 0;
  }
  loadEnvironment();
  return command.run(args, context);
}

/** What is asked of no command in particular. */
function general([first]: readonly string[], { stdout }: Context): number {
  if (first === undefined || asksFor([first], '--help', '-h', 'help')) stdout.write(helpText(COMMANDS));
  else if (asksFor([first], '--version', '-v')) stdout.write(`${version()}\n`);
  else {
    const kind = first.startsWith('-') ? 'option' : 'command';
    const names = COMMANDS.map(({ name }) => name).join(', ');
    throw new UsageError(`Unknown ${kind} '${first}'. The commands are ${names}.`);
  }
  return 0;
}

/** What follows `--` is no option. */
const asksFor = (args: readonly string[], ...names: string[]): boolean => {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? undefined : end).some((argument) => names.includes(argument));
};

function version(): string {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string };
  return version;
}

/** The message and the exit code. What a server has written into an error commands no terminal. */
function told(error: unknown): readonly [string, number] {
  if (error instanceof CliError) return [error.message, error.exitCode];
  if (isGroqError(error)) return [terminalText(errorText(error)), 1];
  // A bug: the stack is useful in a report.
  return [terminalText(error instanceof Error ? (error.stack ?? error.message) : String(error)), 1];
}
