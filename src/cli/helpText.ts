import type { Command } from './Command.ts';
import type { OptionSpec, OptionSpecs } from './parseCommandLine.ts';

const HELP: OptionSpec = { type: 'boolean', short: 'h', text: 'Shows this help.' };

/** Explains all commands in a few lines each. */
export function helpText(commands: readonly Command[]): string {
  return [
    'Streams answers from Groq within the limits of your account.',
    '',
    'Usage: rxgroq <command> [options]',
    '',
    'Commands:',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Options:',
    ...optionLines({ version: { type: 'boolean', short: 'v', text: 'Shows the version.' }, help: HELP }),
    '',
    'The key is read from GROQ_API_KEY in the environment or in ./.env.',
    "Run 'rxgroq <command> --help' for more about a command.",
    '',
  ].join('\n');
}

/** Explains one command. */
export function commandHelpText({ name, summary, usage, details, options }: Command): string {
  return [
    summary,
    '',
    `Usage: rxgroq ${name} ${usage}`,
    '',
    'Options:',
    ...optionLines({ ...options, help: HELP }),
    ...(details.length > 0 ? ['', ...details] : []),
    '',
  ].join('\n');
}

function optionLines(options: OptionSpecs): string[] {
  return columns(
    Object.entries(options).map(([name, { short, value, text }]) => [
      `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` <${value}>`}`,
      text,
    ]),
  );
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
