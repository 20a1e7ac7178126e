import { catchError, concatMap, from, lastValueFrom, map, type Observable, of, takeUntil, toArray } from 'rxjs';
import { createGroq, type Groq, isHttpError } from '../../index.ts';
import { DEFAULT_MODEL } from '../../model/Models.ts';
import { tiktokenCounter } from '../../operators.ts';
import { terminalJson } from '../../rules/terminal/terminalJson.ts';
import { terminalText } from '../../rules/terminal/terminalText.ts';
import { startSimulator } from '../../simulator/index.ts';
import { UsageError } from '../CliError.ts';
import type { Command, Context } from '../Command.ts';
import { errorText } from '../errorText.ts';
import { baseUrlOption, type OptionSpecs, parseCommandLine } from '../parseCommandLine.ts';
import { requireKey } from '../requireKey.ts';
import { exitCodeOf } from '../stopSignal.ts';
import { paletteFor } from '../terminal/palette.ts';
import { type Comparison, holds } from '../verify/Comparison.ts';
import { CASES, MAX_COMPLETION_TOKENS } from '../verify/cases.ts';
import { comparisonTable } from '../verify/comparisonTable.ts';
import { whenAborted } from '../whenAborted.ts';

const OPTIONS = {
  model: { type: 'string', short: 'm', value: 'id', text: `The model to use. Default: ${DEFAULT_MODEL}` },
  simulate: { type: 'boolean', text: 'Uses a simulator, even if there is a key.' },
  json: { type: 'boolean', text: 'Prints the comparisons as one line of JSON.' },
  'base-url': { type: 'string', value: 'url', text: 'The base URL. Default: GROQ_BASE_URL, or Groq' },
} as const satisfies OptionSpecs;

/** The simulator answers as fast as it can, since its output is not shown. */
const AT_ONCE = { firstToken: 0, tokensPerSecond: Infinity } as const;

/** `rxgroq verify`: whether prompts are counted as Groq counts them. */
export const verify: Command = {
  name: 'verify',
  summary: 'Compares predicted with reported token counts.',
  usage: '[options]',
  details: [
    `It sends ${CASES.length} requests of about 100 tokens each, one after the other: to Groq`,
    'with your key, or without a key to a local simulator.',
    'It exits with 1 if an exact count is wrong, a reported count is above the bound',
    'of an estimate, or a request is refused.',
  ],
  options: OPTIONS,

  async run(args, context) {
    const { values } = parseCommandLine(OPTIONS, args);
    const { model = DEFAULT_MODEL, json = false, simulate = false } = values;
    const baseURL = baseUrlOption(values['base-url']);
    const apiKey = context.env['GROQ_API_KEY']?.trim();
    if (simulate && baseURL !== undefined) throw new UsageError('--base-url cannot be combined with --simulate.');
    const simulator = simulate || (!apiKey && baseURL === undefined) ? await startSimulator(AT_ONCE) : undefined;
    const asked = simulator === undefined ? (baseURL ?? context.env['GROQ_BASE_URL']?.trim()) || 'Groq' : 'simulator';
    let comparisons: readonly Comparison[];
    try {
      const groq = createGroq(
        simulator === undefined
          ? { apiKey: requireKey(context.env), baseURL }
          : { apiKey: 'none', baseURL: simulator.url },
      );
      try {
        const none: Comparison[] = [];
        comparisons = await lastValueFrom(
          compared(groq, model).pipe(toArray(), takeUntil(whenAborted(context.signal))),
          {
            defaultValue: none,
          },
        );
      } finally {
        await groq.close();
      }
    } finally {
      await simulator?.close();
    }
    if (context.signal.aborted) return exitCodeOf(context.signal, 0);
    const report = { model, asked, comparisons };
    context.stdout.write(json ? `${terminalJson(report)}\n` : `${linesOf(report, context).join('\n')}\n`);
    return comparisons.every(holds) ? 0 : 1;
  },
};

interface Report {
  readonly model: string;
  readonly asked: string;
  readonly comparisons: readonly Comparison[];
}

/** Predicts all before anything is sent, since what is reported teaches the client. */
function compared(groq: Groq, model: string): Observable<Comparison> {
  const counter = tiktokenCounter();
  return from(CASES).pipe(
    concatMap(async ({ name, body }) => ({ name, body, ...(await counter.count({ ...body, model })) })),
    toArray(),
    concatMap((predictions) => from(predictions)),
    concatMap(({ body, ...predicted }) =>
      groq.complete({ ...body, model, max_completion_tokens: MAX_COMPLETION_TOKENS }).pipe(
        map(({ usage }) => (usage === undefined ? predicted : { ...predicted, reported: usage.prompt_tokens })),
        catchError((error: unknown) => {
          // What goes wrong with one request alone: a model that does not take tools, or calls them wrongly.
          if (isHttpError(error) && error.status === 400) return of({ ...predicted, error: errorText(error) });
          throw error;
        }),
      ),
    ),
  );
}

function linesOf({ model, asked, comparisons }: Report, { stdout }: Context): string[] {
  const palette = paletteFor(stdout);
  const kept = comparisons.filter(holds).length;
  const sum = `${kept} of ${comparisons.length} prompts to ${terminalText(model)} are as predicted. Server: ${terminalText(asked)}.`;
  return [
    ...comparisonTable(comparisons, palette),
    '',
    kept === comparisons.length ? palette.good(sum) : palette.bad(sum),
    ...(asked === 'simulator' ? SIMULATED : []),
  ];
}

/** What a simulator proves and what it does not. */
const SIMULATED = [
  'simulator: it counts by the same tables, so this tests the connection, not whether',
  'Groq counts the same. Set GROQ_API_KEY to compare with Groq.',
];
