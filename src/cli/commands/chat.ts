import { finalize, lastValueFrom, type Observable, takeUntil, tap } from 'rxjs';
import { answer, type ChatInput, createGroq, type StateToken, type Token } from '../../index.ts';
import { DEFAULT_MODEL } from '../../model/Models.ts';
import { PRIORITIES } from '../../model/Priority.ts';
import { terminalJson } from '../../rules/terminal/terminalJson.ts';
import { AnswerReport } from '../AnswerReport.ts';
import type { Command, Context } from '../Command.ts';
import {
  baseUrlOption,
  type CommandLine,
  numberOption,
  type OptionSpecs,
  parseCommandLine,
  wordOption,
} from '../parseCommandLine.ts';
import { readPrompt } from '../readPrompt.ts';
import { requireKey } from '../requireKey.ts';
import { exitCodeOf } from '../stopSignal.ts';
import { TextOutput } from '../TextOutput.ts';
import { whenAborted } from '../whenAborted.ts';

const OPTIONS = {
  model: { type: 'string', short: 'm', value: 'id', text: `The model to use. Default: ${DEFAULT_MODEL}` },
  system: { type: 'string', short: 's', value: 'text', text: 'The system message.' },
  'max-tokens': { type: 'string', value: 'n', text: 'The maximum length of the answer, with reasoning.' },
  priority: { type: 'string', short: 'p', value: 'word', text: `One of ${PRIORITIES.join(', ')}. Default: low` },
  json: { type: 'boolean', text: 'Prints the whole answer as one line of JSON.' },
  raw: { type: 'boolean', text: 'Keeps control characters of the answer.' },
  'base-url': { type: 'string', value: 'url', text: 'The base URL. Default: GROQ_BASE_URL, or Groq' },
} as const satisfies OptionSpecs;

type Values = CommandLine<typeof OPTIONS>['values'];

/** `rxgroq chat`: one question, one answer. */
export const chat: Command = {
  name: 'chat',
  summary: 'Asks a question and streams the answer.',
  usage: '[options] "<prompt>"',
  details: [
    'Without a prompt argument, the prompt is read from standard input:',
    '  cat notes.txt | rxgroq chat --system "Summarize this."',
    'With a prompt, piped text is not read.',
    'Ctrl-C cancels the request.',
  ],
  options: OPTIONS,

  async run(args, context) {
    const { values, positionals } = parseCommandLine(OPTIONS, args, 1);
    const priority = wordOption('priority', values.priority ?? 'low', PRIORITIES);
    const fields = bodyFrom(values);
    const baseURL = baseUrlOption(values['base-url']);
    const apiKey = requireKey(context.env);
    const prompt = await readPrompt(positionals[0], context);

    const groq = createGroq({ apiKey, baseURL });
    const report = new AnswerReport(context.stderr);
    const tokens$ = groq
      .chat({ ...fields, messages: messagesFrom(values, prompt) }, { priority, lifecycle: true })
      .pipe(
        tap((token) => {
          report.hear(token);
        }),
      );
    try {
      await lastValueFrom(print(tokens$, values, context).pipe(takeUntil(whenAborted(context.signal))), {
        defaultValue: undefined,
      });
    } finally {
      await groq.close();
    }
    report.sum();
    return exitCodeOf(context.signal, 0);
  },
};

function bodyFrom({ model = DEFAULT_MODEL, 'max-tokens': maxTokens }: Values): Partial<ChatInput> {
  if (maxTokens === undefined) return { model };
  return { model, max_completion_tokens: numberOption('max-tokens', maxTokens, { min: 1, whole: true }) };
}

function messagesFrom({ system }: Values, prompt: string): ChatInput['messages'] {
  const user = { role: 'user', content: prompt } as const;
  return system === undefined ? [user] : [{ role: 'system', content: system }, user];
}

function print(
  tokens$: Observable<Token | StateToken>,
  { json = false, raw = false }: Values,
  { stdout }: Context,
): Observable<unknown> {
  if (json) {
    const write = raw ? (value: unknown) => JSON.stringify(value) : terminalJson;
    return tokens$.pipe(
      answer(),
      tap((whole) => {
        stdout.write(`${write(whole)}\n`);
      }),
    );
  }
  const output = new TextOutput(stdout, raw);
  return tokens$.pipe(
    tap((token) => {
      if (token.type === 'text') output.write(token.text);
    }),
    finalize(() => {
      output.end();
    }),
  );
}
