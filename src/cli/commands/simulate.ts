import { interval, lastValueFrom, map, NEVER, startWith, takeUntil, tap } from 'rxjs';
import { type Simulator, type SimulatorOptions, type SimulatorStats, startSimulator } from '../../simulator/index.ts';
import type { Command, Context } from '../Command.ts';
import { formatNumber } from '../formatNumber.ts';
import {
  type CommandLine,
  type NumberRange,
  numberOption,
  type OptionSpecs,
  parseCommandLine,
  wordOption,
} from '../parseCommandLine.ts';
import { cut } from '../terminal/fit.ts';
import { paletteFor } from '../terminal/palette.ts';
import { sizeOf } from '../terminal/sizeOf.ts';
import { whenAborted } from '../whenAborted.ts';

const OPTIONS = {
  port: { type: 'string', value: 'n', text: 'The port on 127.0.0.1. Default: a free port' },
  tier: { type: 'string', value: 'plan', text: 'The limits: free or developer. Default: free' },
  'no-limits': { type: 'boolean', text: 'Disables all limits.' },
  speed: { type: 'string', value: 'n', text: 'How many times faster its clock runs. Default: 1' },
  seed: { type: 'string', value: 'n', text: 'The seed of its answers. Default: 1' },
  'first-token': { type: 'string', value: 'ms', text: 'Time to first token, by its clock. Default: 100' },
  'tokens-per-second': { type: 'string', value: 'n', text: 'The speed of the model. Default: 1000' },
} as const satisfies OptionSpecs;

type Values = CommandLine<typeof OPTIONS>['values'];

/** How often the line of figures is looked at, in milliseconds. */
const GLANCE = 200;

/** The largest speed that is taken: a day in less than a tenth of a second. */
const FASTEST = 1_000_000;

/** In milliseconds. */
const A_DAY = 86_400_000;

const TIERS = ['free', 'developer'] as const;

/** `rxgroq simulate`: a Groq on this machine. */
export const simulate: Command = {
  name: 'simulate',
  summary: 'Starts a local simulation of Groq: no key, no cost.',
  usage: '[options]',
  details: ['It runs until Ctrl-C, then exits with 0.'],
  options: OPTIONS,

  async run(args, context) {
    const { values } = parseCommandLine(OPTIONS, args);
    const options = optionsFrom(values);
    const simulator = await startSimulator(options);
    context.stdout.write(welcome(simulator.url, options.speed));
    try {
      await showFigures(simulator, context);
    } finally {
      await simulator.close();
    }
    context.stdout.write(`${figures(simulator.stats())}\n`);
    return 0;
  },
};

function optionsFrom(values: Values): SimulatorOptions {
  const number = (name: 'port' | 'speed' | 'seed' | 'first-token' | 'tokens-per-second', range: NumberRange) => {
    const text = values[name];
    return text === undefined ? undefined : numberOption(name, text, range);
  };
  return {
    port: number('port', { min: 0, max: 65_535, whole: true }),
    tier: values.tier === undefined ? undefined : wordOption('tier', values.tier, TIERS),
    limits: values['no-limits'] === true ? false : undefined,
    speed: number('speed', { min: 0.001, max: FASTEST }),
    seed: number('seed', { min: 0, whole: true }),
    firstToken: number('first-token', { min: 0, max: A_DAY }),
    tokensPerSecond: number('tokens-per-second', { min: 0.001 }),
  };
}

/** Says how to use it. A client has to know of a clock that runs faster. */
function welcome(url: string, speed = 1): string {
  const isFaster = speed !== 1;
  const scheduler = isFaster ? `, scheduler: fasterClock(${speed})` : '';
  return [
    `A simulated Groq listens on ${url}`,
    '',
    'Use it from an application:',
    `  export GROQ_BASE_URL=${url}`,
    '  export GROQ_API_KEY=any',
    '',
    'or in the code:',
    ...(isFaster ? ["  import { fasterClock } from 'rxgroq/simulator';"] : []),
    `  createGroq({ baseURL: '${url}', apiKey: 'any'${scheduler} })`,
    '',
    'or on the command line:',
    `  GROQ_API_KEY=any rxgroq chat --base-url ${url} "Why is the sky blue?"`,
    '',
    'Ctrl-C stops it.',
    '',
  ].join('\n');
}

/** Runs until it is stopped, and on a terminal keeps a line up to date. */
async function showFigures(simulator: Simulator, { stdout, signal }: Context): Promise<void> {
  const { faint } = paletteFor(stdout);
  const figures$ = interval(GLANCE).pipe(
    startWith(0),
    map(() => figures(simulator.stats())),
    tap((line) => {
      stdout.write(`\r${faint(cut(line, sizeOf(stdout).columns - 1))}\u001b[K`);
    }),
  );
  const shown$ = stdout.isTTY ? figures$ : NEVER;
  await lastValueFrom(shown$.pipe(takeUntil(whenAborted(signal))), { defaultValue: undefined });
  if (stdout.isTTY) stdout.write('\r\u001b[K');
}

function figures({ requests, byStatus, tokens, models }: SimulatorStats): string {
  const inFlight = Object.values(models).reduce((sum, model) => sum + model.inFlight, 0);
  return [
    `requests: ${formatNumber(requests)}`,
    `in flight: ${formatNumber(inFlight)}`,
    `429s: ${formatNumber(byStatus['429'] ?? 0)}`,
    `tokens: ${formatNumber(tokens.prompt + tokens.completion)}`,
  ].join('  ');
}
