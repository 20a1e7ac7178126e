import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as everything from '../../src/index.ts';
import { errorTable, HOW, withTable } from './errorTable.ts';

const readme = new URL('../../README.md', import.meta.url);

describe('the table of errors', () => {
  it('should be up to date in the README', async () => {
    expect(existsSync(readme), `There is no README.md. ${HOW}`).toBe(true);
    const text = readFileSync(readme, 'utf8');
    expect(text, HOW).toBe(withTable(text, await errorTable()));
  });

  it('should have a line for every error that there is', async () => {
    const table = await errorTable();
    const missing = Object.keys(everything).filter(
      // Of the base there are no errors but those of its subclasses.
      (name) => /^[A-Z]\w+Error$/.test(name) && name !== 'GroqError' && !table.includes(`\`${name}\``),
    );
    expect(missing, 'Add a line for each to test/readme/errorRows.ts').toEqual([]);
  });

  it('should say what to do where there is no place for it', () => {
    const table = '| a |';
    expect(withTable('x\n<!-- errors:start -->old<!-- errors:end -->\ny', table)).toBe(
      'x\n<!-- errors:start -->\n\n| a |\n\n<!-- errors:end -->\ny',
    );
    for (const text of ['', '<!-- errors:start -->', '<!-- errors:end --><!-- errors:start -->']) {
      expect(() => withTable(text, table)).toThrow('npm run errors:table');
    }
  });
});
