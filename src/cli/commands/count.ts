import { readFile } from 'node:fs/promises';
import { DEFAULT_MODEL } from '../../model/Models.ts';
import { type TiktokenCounter, type TokenCount, tiktokenCounter } from '../../operators.ts';
import { hasChatTemplate } from '../../rules/counting/chatTemplate.ts';
import { terminalJson } from '../../rules/terminal/terminalJson.ts';
import { terminalText } from '../../rules/terminal/terminalText.ts';
import { CliError, UsageError } from '../CliError.ts';
import type { Command, Context } from '../Command.ts';
import { formatNumber } from '../formatNumber.ts';
import { type OptionSpecs, parseCommandLine } from '../parseCommandLine.ts';
import { readPrompt } from '../readPrompt.ts';
import { type ReadRequest, readRequest } from '../readRequest.ts';
import { table } from '../terminal/table.ts';

const OPTIONS = {
  model: { type: 'string', short: 'm', value: 'id', text: `The model. Default: the request's, or ${DEFAULT_MODEL}` },
  file: { type: 'string', short: 'f', value: 'path', text: 'Reads a text, or a request as JSON, from a file.' },
  json: { type: 'boolean', text: 'Prints the count as one line of JSON.' },
} as const satisfies OptionSpecs;

/** What was counted. */
interface Counted extends TokenCount {
  readonly model: string;
  /** The tokens of the text alone, without the template around it. Absent where they are not known. */
  readonly text?: number;
}

/** `rxgroq count`: how many tokens a prompt has. */
export const count: Command = {
  name: 'count',
  summary: 'Counts the tokens of a prompt locally.',
  usage: '[options] ["<text>"]',
  details: [
    'Without a text or a file it counts standard input: a text, which becomes the',
    'only message of a prompt, or the body of a request as JSON:',
    '  rxgroq count --json < request.json',
    'If the count is not exact, the bound is its maximum.',
  ],
  options: OPTIONS,

  async run(args, context) {
    const { values, positionals } = parseCommandLine(OPTIONS, args, 1);
    const input = readRequest(await inputOf(positionals[0], values.file, context), values.model);
    const counter = tiktokenCounter();
    await counter.load();
    const counted = await countOf(counter, input);
    context.stdout.write(`${values.json === true ? terminalJson(counted) : linesOf(counted).join('\n')}\n`);
    return 0;
  },
};

async function inputOf(text: string | undefined, file: string | undefined, context: Context): Promise<string> {
  if (file === undefined) return readPrompt(text, context);
  if (text !== undefined) throw new UsageError('Pass either a text or a file, not both.');
  try {
    // Some editors begin a file with a mark, which is no part of the text. Piped in, it is left out as well.
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CliError(`The file ${terminalText(file)} cannot be read (${code}).`);
  }
}

async function countOf(counter: TiktokenCounter, { request, text }: ReadRequest): Promise<Counted> {
  const { tokens, bound, exact } = await counter.count(request);
  const { model } = request;
  const alone = text === undefined || !hasChatTemplate(model) ? {} : { text: counter.encode(text).length };
  return { model, tokens, bound, exact, ...alone };
}

function linesOf({ model, tokens, bound, exact, text }: Counted): string[] {
  return table([
    ['model', terminalText(model)],
    ...(text === undefined ? [] : [['text', formatNumber(text)]]),
    ['tokens', formatNumber(tokens)],
    ['bound', formatNumber(bound)],
    ['exact', exact ? 'yes' : 'no'],
  ]);
}
