import { readFile, writeFile } from 'node:fs/promises';
import { errorTable, withTable } from './errorTable.ts';

/** Writes the table of errors into the README. */
const file = new URL('../../README.md', import.meta.url);
await writeFile(file, withTable(await readFile(file, 'utf8'), await errorTable()));
