import type { Model } from '../index.ts';
import { MODELS } from '../model/Models.ts';
import { terminalText } from '../rules/terminal/terminalText.ts';
import { formatNumber } from './formatNumber.ts';
import type { Palette } from './terminal/palette.ts';
import { table } from './terminal/table.ts';

const HEADINGS = ['MODEL', 'CONTEXT', 'ANSWER', 'REQUESTS/MIN', 'TOKENS/MIN', 'OWNER'];

/** Which columns are numbers, and stand to the right. */
const NUMBERS = [1, 2, 3, 4];

/** Draws a list of models as a table: what each can hold, in tokens, and what the free plan allows. */
export function modelTable(models: readonly Model[], palette: Palette): string[] {
  const rows = [...models]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, context_window, max_completion_tokens, owned_by }) => {
      const { rpm, tpm } = MODELS.get(id)?.limits.free ?? {};
      return [
        terminalText(id),
        amount(context_window),
        amount(max_completion_tokens),
        amount(rpm),
        amount(tpm),
        terminalText(owned_by),
      ];
    });
  const [head = '', ...body] = table([HEADINGS, ...rows], NUMBERS);
  return [palette.strong(head), ...body];
}

const amount = (value: number | undefined): string => (value === undefined ? '-' : formatNumber(value));
