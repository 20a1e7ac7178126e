import { CliError } from './CliError.ts';

/**
 * Adds what the file `.env` of the working directory says to the environment, in which it changes nothing that is set.
 *
 * @throws {CliError} when there is such a file and it cannot be read.
 */
export function loadEnvironment(): void {
  try {
    process.loadEnvFile();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT') throw new CliError(`The file .env cannot be read (${String(code)}).`);
  }
}
