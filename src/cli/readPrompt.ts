import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import { UsageError } from './CliError.ts';
import type { Context } from './Command.ts';

/**
 * The prompt: the argument, or else what is piped in.
 *
 * @throws {UsageError} when there is neither.
 */
export async function readPrompt(argument: string | undefined, { stdin, signal }: Context): Promise<string> {
  const prompt = argument ?? (stdin.isTTY ? '' : await text(addAbortSignal(signal, stdin)));
  if (prompt.trim() !== '') return prompt;
  throw new UsageError('There is no prompt. Pass one in quotes, or pipe one to standard input.');
}
