/**
 * Counts the same texts with this package and with its peers, in turn, and prints the medians.
 *
 * The peers are no dependencies of this package: they are installed in `peers`, or in the folder that RXGROQ_PEERS
 * names. Only ratios within one run are meaningful.
 *
 *   npm run bench:tokens
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ranks from 'js-tiktoken/ranks/o200k_base';
import { createBpe } from '../../src/rules/counting/bpe.ts';
import { languages } from '../rules/counting/bpe/languages.ts';
import { randomIntegers } from '../rules/counting/bpe/randomText.ts';

const peers = resolve(process.env['RXGROQ_PEERS'] ?? 'test/bench/peers', 'node_modules');
const peer = (path: string): string => pathToFileURL(resolve(peers, path)).href;
const read = (path: string): string => readFileSync(resolve(peers, path), 'utf8');

interface GptTokenizer {
  countTokens(text: string): number;
  clearMergeCache(): void;
}
interface JsTiktoken {
  Tiktoken: new (ranks: unknown) => { encode(text: string): number[] };
}

const bpe = createBpe(ranks.bpe_ranks);
const gptTokenizer = (await import(peer('gpt-tokenizer/esm/encoding/o200k_base.js'))) as GptTokenizer;
const { Tiktoken } = (await import(peer('js-tiktoken/dist/lite.js'))) as JsTiktoken;
const tiktoken = new Tiktoken(ranks);

const random = randomIntegers(1);
const word = (): string => Array.from({ length: 9 }, () => String.fromCharCode(0x61 + random(26))).join('');
/** Fills the cache of the encoder with texts that are not counted again. */
const forget = (): void => {
  bpe.countTokens(Array.from({ length: 40_000 }, word).join(' '));
};

const prose = ['undici/README.md', 'openai/README.md', 'zod/README.md', 'gpt-tokenizer/README.md'].map(read).join('\n');
const english = prose.replace(/```[\s\S]*?```/g, '').replace(/[^\x20-\x7e\n]|https?:\S+|[#|*[\]()`]/g, '');
const code = read('openai/client.mjs').slice(0, 100_000);
const manyLanguages = `${Object.values(languages).join('\n')}\n`.repeat(20);

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** The time of each, in milliseconds. They run in turn, so that other load affects all of them equally. */
function time(
  rounds: number,
  contenders: Record<string, (() => void) | [before: () => void, run: () => void]>,
): number[] {
  const times = Object.values(contenders).map((): number[] => []);
  for (let round = -2; round < rounds; round++) {
    for (const [i, contender] of Object.values(contenders).entries()) {
      const [before, run] = Array.isArray(contender) ? contender : [() => undefined, contender];
      before();
      const start = performance.now();
      run();
      if (round >= 0) times[i]?.push(performance.now() - start);
    }
  }
  return times.map(median);
}

const rows: Record<string, Record<string, string>> = {};
const megabytes = (text: string, ms = Number.NaN): string => `${(Buffer.byteLength(text) / 1e3 / ms).toFixed(1)} MB/s`;
const times = (a = Number.NaN, b = Number.NaN): string => `${(a / b).toFixed(2)} x`;

for (const [name, text] of Object.entries({ english, code })) {
  const [ours, gpt, tik] = time(15, {
    ours: [forget, () => bpe.countTokens(text)],
    'gpt-tokenizer': [
      () => {
        gptTokenizer.clearMergeCache();
      },
      () => gptTokenizer.countTokens(text),
    ],
    'js-tiktoken': () => tiktoken.encode(text),
  });
  rows[`${name}, cold`] = {
    ours: megabytes(text, ours),
    'gpt-tokenizer': megabytes(text, gpt),
    'js-tiktoken': megabytes(text, tik),
    'to gpt-tokenizer': times(gpt, ours),
    'to js-tiktoken': times(tik, ours),
  };
}
for (const [name, text] of Object.entries({ english, code, 'many languages': manyLanguages })) {
  const [ours, gpt] = time(15, {
    ours: () => bpe.countTokens(text),
    'gpt-tokenizer': () => gptTokenizer.countTokens(text),
  });
  rows[`${name}, repeated`] = {
    ours: megabytes(text, ours),
    'gpt-tokenizer': megabytes(text, gpt),
    'to gpt-tokenizer': times(gpt, ours),
  };
}

const letters = (length: number): string =>
  Array.from({ length }, () => String.fromCharCode(0x61 + random(26))).join('');
const adversaries: Record<string, (length: number) => string> = {
  'one letter': (length) => 'a'.repeat(length),
  'letters at random': letters,
  blanks: (length) => `${' '.repeat(length)}a`,
  'exclamation marks': (length) => '!'.repeat(length),
  'one character': (length) => '漢'.repeat(length / 3),
};
for (const [name, make] of Object.entries(adversaries)) {
  const sizes = [50_000, 250_000, 500_000, 1_000_000].map(make);
  const [small = 0, quarter = 0, half = 0, whole = 0] = time(
    5,
    Object.fromEntries(sizes.map((text) => [text.length, [forget, () => bpe.countTokens(text)] as const])),
  );
  rows[name] = {
    ours: `${small.toFixed(1)} ms for 50 kB`,
    '1 MB to 50 kB': times(whole, small),
    'twice the input': `${times(half, quarter)}, ${times(whole, half)}`,
  };
}
const one = 'a'.repeat(50_000);
const [ours, gpt] = time(3, {
  ours: [forget, () => bpe.countTokens(one)],
  'gpt-tokenizer': [
    () => {
      gptTokenizer.clearMergeCache();
    },
    () => gptTokenizer.countTokens(one),
  ],
});
rows['one letter'] = {
  ...rows['one letter'],
  'gpt-tokenizer': `${(gpt ?? Number.NaN).toFixed(0)} ms for 50 kB`,
  'to gpt-tokenizer': times(gpt, ours),
};

/** The time until the first count in a new process, in milliseconds. */
function load(script: string): number {
  const source = `const start = performance.now(); ${script}; console.log(performance.now() - start)`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' }));
}
const vocabulary = `const { default: o200k } = await import('${peer('js-tiktoken/dist/ranks/o200k_base.js')}')`;
const source = new URL('../../src/rules/counting/bpe.ts', import.meta.url).href;
const loads = [0, 1, 2, 3, 4].map(() => [
  load(`${vocabulary}; const { createBpe } = await import('${source}'); createBpe(o200k.bpe_ranks).countTokens('hi')`),
  load(
    `${vocabulary}; const { Tiktoken } = await import('${peer('js-tiktoken/dist/lite.js')}'); new Tiktoken(o200k).encode('hi')`,
  ),
  load(`(await import('${peer('gpt-tokenizer/esm/encoding/o200k_base.js')}')).countTokens('hi')`),
]);
const [oursLoad, tikLoad, gptLoad] = [0, 1, 2].map((i) => median(loads.map((row) => row[i] ?? Number.NaN)));
rows['loading'] = {
  ours: `${(oursLoad ?? Number.NaN).toFixed(0)} ms`,
  'gpt-tokenizer': `${(gptLoad ?? Number.NaN).toFixed(0)} ms`,
  'js-tiktoken': `${(tikLoad ?? Number.NaN).toFixed(0)} ms`,
  'to gpt-tokenizer': times(gptLoad, oursLoad),
  'to js-tiktoken': times(tikLoad, oursLoad),
};
console.table(rows);
