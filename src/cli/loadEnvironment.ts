import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { CliError } from './CliError.ts';

/**
 * Adds what the file `.env` of the working directory says to the environment, in which it changes nothing that is set.
 * A variable that is set to nothing is not set.
 *
 * @throws {CliError} when there is such a file and it cannot be read.
 */
export function loadEnvironment(): void {
  for (const [name, value] of Object.entries(parseEnv(read('.env')))) {
    if (value !== undefined) process.env[name] ||= value;
  }
}

function read(path: string): string {
  try {
    // Some editors begin a file with a mark, which would be a part of the first name.
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // A folder of that name is somebody else's, such as a virtual environment of Python.
    if (code === 'ENOENT' || code === 'EISDIR') return '';
    throw new CliError(`The file ${path} cannot be read (${String(code)}).`);
  }
}
