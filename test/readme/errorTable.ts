import { isGroqError } from '../../src/errors/GroqError.ts';
import { retryability } from '../../src/rules/failures/retryability.ts';
import { ERROR_ROWS, type ErrorRow } from './errorRows.ts';
import type { Provoked } from './provoke.ts';

const START = '<!-- errors:start -->';
const END = '<!-- errors:end -->';

/** How the table is regenerated. */
export const HOW = 'Run `npm run errors:table` and commit what it changes.';

/** Provokes every failure, and writes a Markdown table of the errors. */
export async function errorTable(): Promise<string> {
  const lines = await Promise.all(
    ERROR_ROWS.map(async (row) => {
      const provoked = await row.provoke();
      return cells([
        row.what,
        nameOf(row, provoked),
        `\`${provoked.error.code}\``,
        againOf(provoked),
        provoked.error.advice,
      ]);
    }),
  );
  const top = cells(['What happens', 'Error', '`code`', 'Retried', 'What to do']);
  return [top, cells(Array<string>(5).fill('---')), ...lines].join('\n');
}

/**
 * The text of a README with the table between its markers.
 *
 * @throws {Error} when the markers are missing.
 */
export function withTable(readme: string, table: string): string {
  const [start, end] = [readme.indexOf(START), readme.indexOf(END)];
  if (start < 0 || end < start) {
    throw new Error(`README.md has no lines "${START}" and "${END}" for the table of errors. Add them. ${HOW}`);
  }
  return `${readme.slice(0, start + START.length)}\n\n${table}\n\n${readme.slice(end)}`;
}

/** The class, with the fields that distinguish its cases. */
function nameOf({ shown = [] }: ErrorRow, { error }: Provoked): string {
  const fields = shown.map((field) => {
    const value: unknown = Reflect.get(error, field);
    return `\`${field}: ${typeof value === 'string' ? `'${value}'` : String(value)}\``;
  });
  return [`\`${error.name}\``, ...fields].join(' ');
}

function againOf({ error, again }: Provoked): string {
  switch (again) {
    case 'in-its-place':
      return 'yes, from its place in the queue';
    case 'after-a-pause':
      return 'yes';
    case 'never':
      return isGroqError(error) && retryability(error, true) !== retryability(error) ? 'with `retry.sampling`' : 'no';
  }
}

const cells = (texts: readonly string[]): string =>
  `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
