import { parseArgs } from 'node:util';
import { ValidationError } from '../errors/ValidationError.ts';
import { parseBaseUrl } from '../rules/baseUrl.ts';
import { UsageError } from './CliError.ts';

/** An option of a command. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** What its value is called in the help. */
  readonly value?: string;
  readonly text: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What was given on a command line. */
export interface CommandLine<S extends OptionSpecs> {
  readonly values: { readonly [K in keyof S]?: S[K]['type'] extends 'string' ? string : boolean };
  readonly positionals: readonly string[];
}

/**
 * Takes the arguments of a command apart.
 *
 * @param positionals How many arguments without a name are allowed.
 * @throws {UsageError} when there is an option that the command has not, or one without its value.
 */
export function parseCommandLine<S extends OptionSpecs>(
  options: S,
  args: readonly string[],
  positionals = 0,
): CommandLine<S> {
  const line = parsed(options, args, positionals);
  const unexpected = line.positionals[positionals];
  if (unexpected !== undefined) {
    const rest = positionals === 0 ? 'only options' : 'one argument, so put it in quotes';
    throw new UsageError(`Unexpected argument '${unexpected}': this command takes ${rest}.`);
  }
  return line as CommandLine<S>;
}

function parsed(options: OptionSpecs, args: readonly string[], positionals: number) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The first sentence of Node's message names the option, and the others guess what was meant.
    throw new UsageError(`${error.message.split(/\.\s/, 1).join()}.${hintFor(error, positionals)}`);
  }
}

/** How to write what starts with a dash and is no option. */
function hintFor(error: TypeError, positionals: number): string {
  const isUnknown = 'code' in error && error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
  if (isUnknown && positionals > 0) return ' Put arguments that start with a dash after --.';
  const [, option] = /'(--[\w-]+=)-XYZ'/.exec(error.message) ?? [];
  return option === undefined ? '' : ` If its value starts with a dash, write ${option}<value>.`;
}

/** What a number on the command line has to be. */
export interface NumberRange {
  readonly min: number;
  readonly max?: number;
  readonly whole?: boolean;
}

/** @throws {UsageError} when the value of an option is no such number. */
export function numberOption(name: string, text: string, { min, max = Infinity, whole = false }: NumberRange): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max && (!whole || Number.isSafeInteger(value))) return value;
  const kind = whole ? 'a whole number' : 'a number';
  const range = max === Infinity ? `from ${min} up` : `from ${min} to ${max}`;
  throw new UsageError(`--${name} must be ${kind} ${range}, got '${text}'.`);
}

/** @throws {UsageError} when the value of an option is none of these. */
export function wordOption<W extends string>(name: string, text: string, words: readonly W[]): W {
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  throw new UsageError(`--${name} must be one of ${words.join(', ')}, got '${text}'.`);
}

/** @throws {UsageError} when the value of `--base-url` is none. It may be absent. */
export function baseUrlOption(text: string | undefined): string | undefined {
  try {
    if (text !== undefined) parseBaseUrl(text, 'The command line', '--base-url');
  } catch (error) {
    throw error instanceof ValidationError ? new UsageError(error.message) : error;
  }
  return text;
}
