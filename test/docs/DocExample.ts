import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** An example in a docstring or in the README. */
export interface DocExample {
  /** The file, relative to the root folder, and the line where the code begins. */
  readonly name: string;
  /** The file that contains it. */
  readonly file: string;
  readonly code: string;
  /** Whether it has its own imports from the package. */
  readonly isWhole: boolean;
}

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const FENCED = /```ts\n([\s\S]*?)```/g;
const BARE = /@example[^\n]*\n(?!\s*```)([\s\S]*?)(?=\n@|$)/g;

/** Finds all examples of the docstrings in `src` and of the README. */
export function docExamples(): DocExample[] {
  const sources = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `src/${path}`)
    .sort();
  return [...sources.flatMap(inDocstrings), ...inReadme()];
}

function inReadme(): DocExample[] {
  return inText('README.md', readFileSync(`${ROOT}README.md`, 'utf8'), 1, FENCED);
}

function inDocstrings(file: string): DocExample[] {
  const text = readFileSync(ROOT + file, 'utf8');
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap(({ 0: comment, index }) => {
    const line = text.slice(0, index).split('\n').length;
    const plain = comment
      .replace(/^\/\*\*| ?\*\/$/g, '')
      .split('\n')
      .map((each) => each.replace(/^\s*\* ?/, ''))
      .join('\n');
    return [...inText(file, plain, line, FENCED), ...inText(file, plain, line, BARE)];
  });
}

function inText(file: string, text: string, line: number, pattern: RegExp): DocExample[] {
  return [...text.matchAll(pattern)].map(({ 0: all, 1: code = '', index }) => {
    const before = text.slice(0, index + all.indexOf(code));
    return {
      name: `${file}:${line + before.split('\n').length - 1}`,
      file,
      code,
      isWhole: code.includes(" from 'rxgroq"),
    };
  });
}
