import { readdirSync, readFileSync } from 'node:fs';

/** A stream of a marble text, with the values of its letters. */
interface MarbleLine {
  readonly title: string;
  readonly marbles: string;
  readonly values: Readonly<Record<string, string>>;
}

/** A marble text: the picture and the test are the same lines. */
export interface MarbleStory {
  readonly inputs: readonly MarbleLine[];
  readonly operator: string;
  readonly outputs: readonly MarbleLine[];
  /** The marbles of the first input and of the first output. */
  readonly source: string;
  readonly expected: string;
}

const folder = new URL('../../marbles/', import.meta.url);

/** Reads `marbles/<name>.txt`. */
export function marbles(name: string): MarbleStory {
  const blocks = readFileSync(new URL(`${name}.txt`, folder), 'utf8')
    .split(/\n\s*\n/)
    .map((block) => block.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('%')))
    .filter((block) => block.length > 0 && block[0]?.startsWith('[') === false);
  const at = blocks.findIndex(([first]) => first?.startsWith('>'));
  const operator = blocks[at]?.[0];
  if (operator === undefined) throw new Error(`marbles/${name}.txt has no line that begins with ">"`);
  const inputs = blocks.slice(0, at).map(parseLine);
  const outputs = blocks.slice(at + 1).map(parseLine);
  const [source, expected] = [inputs[0]?.marbles, outputs[0]?.marbles];
  if (source === undefined || expected === undefined) throw new Error(`marbles/${name}.txt lacks a stream`);
  return { inputs, operator: operator.slice(1).trim(), outputs, source, expected };
}

/** The names of all marble texts. */
export const marbleNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .map((file) => file.slice(0, -'.txt'.length));

function parseLine([marbles = '', ...config]: readonly string[]): MarbleLine {
  const values: Record<string, string> = {};
  let title = '';
  for (const line of config) {
    const [, name = '', sign, value = ''] = /^(\w+)\s*(:?=)\s*(.*)$/.exec(line) ?? [];
    if (sign === ':=') values[name] = value;
    else if (name === 'title') title = value;
  }
  return { title, marbles, values };
}
