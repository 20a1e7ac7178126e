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

  it('should have a row for every error class', async () => {
    const table = await errorTable();
    const missing = Object.keys(everything).filter(
      // The base class is abstract.
      (name) => /^[A-Z]\w+Error$/.test(name) && name !== 'GroqError' && !table.includes(`\`${name}\``),
    );
    expect(missing, 'Add a line for each to test/readme/errorRows.ts').toEqual([]);
  });

  it('should explain what to do when its markers are missing', () => {
    const table = '| a |';
    expect(withTable('x\n<!-- errors:start -->old<!-- errors:end -->\ny', table)).toBe(
      'x\n<!-- errors:start -->\n\n| a |\n\n<!-- errors:end -->\ny',
    );
    for (const text of ['', '<!-- errors:start -->', '<!-- errors:end --><!-- errors:start -->']) {
      expect(() => withTable(text, table)).toThrow('npm run errors:table');
    }
  });
});
