import { lastValueFrom, takeUntil } from 'rxjs';
import { createGroq, type Model } from '../../index.ts';
import { terminalJson } from '../../rules/terminal/terminalJson.ts';
import type { Command } from '../Command.ts';
import { modelTable } from '../modelTable.ts';
import { baseUrlOption, type OptionSpecs, parseCommandLine } from '../parseCommandLine.ts';
import { requireKey } from '../requireKey.ts';
import { exitCodeOf } from '../stopSignal.ts';
import { paletteFor } from '../terminal/palette.ts';
import { whenAborted } from '../whenAborted.ts';

const OPTIONS = {
  json: { type: 'boolean', text: "Prints Groq's list as JSON." },
  'base-url': { type: 'string', value: 'url', text: 'The base URL. Default: GROQ_BASE_URL, or Groq' },
} as const satisfies OptionSpecs;

/** `rxgroq models`: which models there are. */
export const models: Command = {
  name: 'models',
  summary: 'Lists the models that your key may use.',
  usage: '[options]',
  details: [
    'The limits are those of the free plan. For the limits of your account, see',
    '  https://console.groq.com/settings/limits',
  ],
  options: OPTIONS,

  async run(args, { env, stdout, signal }) {
    const { values } = parseCommandLine(OPTIONS, args);
    const baseURL = baseUrlOption(values['base-url']);
    const groq = createGroq({ apiKey: requireKey(env), baseURL });
    try {
      const none: Model[] = [];
      const all = await lastValueFrom(groq.models().pipe(takeUntil(whenAborted(signal))), { defaultValue: none });
      if (signal.aborted) return exitCodeOf(signal, 0);
      const text = values.json === true ? terminalJson(all, 2) : modelTable(all, paletteFor(stdout)).join('\n');
      stdout.write(`${text}\n`);
    } finally {
      await groq.close();
    }
    return 0;
  },
};
