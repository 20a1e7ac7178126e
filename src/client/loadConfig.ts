import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { ValidationError } from '../errors/ValidationError.ts';
import { checked } from '../rules/validation.ts';
import type { GroqOptions } from './options.ts';

/** What a configuration file may hold, beside the options of the same names. */
const fileSchema = z.looseObject({
  /** The name of the environment variable that holds the key: a key itself has no place in a file. */
  apiKeyVariable: z.string().min(1).optional(),
  apiKey: z
    .custom<undefined>((value) => value === undefined, {
      error: 'absent: name the environment variable that holds it in `apiKeyVariable`',
    })
    .optional(),
});

const DEFAULT_PATH = './config.json';

/**
 * Reads options from a JSON file: `apiKeyVariable`, `baseURL`, `tier`, `limits`, `defaults`, `retry`, `timeouts`,
 * `maxInFlight`, `slack` and `allowRetired`. What the file says goes before the environment, and options that are
 * given in the program go before the file.
 *
 * @example
 * const groq = createGroq({ ...loadConfig(), tier: 'developer' });
 *
 * @param path Where the file is. Without a path, `./config.json` if there is one.
 * @throws {ValidationError} when the file cannot be read, is no JSON, holds a key or names a variable for it that is
 * not set.
 */
export function loadConfig(path?: string, environment: NodeJS.ProcessEnv = process.env): GroqOptions {
  if (path === undefined && !existsSync(DEFAULT_PATH)) return {};
  const name = path ?? DEFAULT_PATH;
  const content = checked(fileSchema, parse(name), `The file ${name}`, 'Correct the file.');
  const { apiKeyVariable, ...options } = content;
  if (apiKeyVariable === undefined) return options;
  const apiKey = environment[apiKeyVariable];
  if (apiKey === undefined || apiKey === '') {
    const issue = {
      path: 'apiKeyVariable',
      expected: 'a variable that is set',
      got: `${apiKeyVariable}, which is not`,
    };
    throw new ValidationError(`The file ${name}`, [issue], 'Set it to a key from https://console.groq.com/keys.');
  }
  return { ...options, apiKey };
}

function parse(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new ValidationError(
      `The file ${path}`,
      [{ path: '', expected: 'a file that can be read', got: 'none' }],
      'Check the path.',
    );
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ValidationError(
      `The file ${path}`,
      [{ path: '', expected: 'JSON', got: 'other text' }],
      'Correct the file.',
    );
  }
}
