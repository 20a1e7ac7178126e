import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { ValidationError } from '../errors/ValidationError.ts';
import { checkApiKey } from '../rules/apiKey.ts';
import { parseBaseUrl } from '../rules/baseUrl.ts';
import { checked } from '../rules/request/validation.ts';
import type { Environment } from './config.ts';
import type { GroqOptions } from './options.ts';
import { optionsSchema } from './optionsSchema.ts';

/** What a configuration file may contain: the options that JSON can express, and the name of the key's variable. */
const fileSchema = optionsSchema
  .omit({ transport: true, store: true, counter: true, scheduler: true, random: true })
  .extend({
    /** The location of a JSON Schema, for editors. */
    $schema: z.string().optional(),
    /** The name of the environment variable that holds the key. The key itself must not be in the file. */
    apiKeyVariable: z.string().min(1).optional(),
    apiKey: z
      .custom<undefined>((value) => value === undefined, {
        error: 'absent: name the environment variable that holds it in `apiKeyVariable`',
      })
      .optional(),
  });

/** The contents of a configuration file. */
interface FileOptions extends GroqOptions {
  readonly apiKeyVariable?: string | undefined;
  $schema?: string | undefined;
}

const DEFAULT_PATH = './config.json';

/** What was found instead of a readable file, by the code of the read error. */
const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'no file',
  EISDIR: 'a directory',
  EACCES: 'a file without read permission',
};

/**
 * Reads options from a JSON file: all {@link GroqOptions} that JSON can express, and `apiKeyVariable`, the name of the
 * environment variable that holds the key. The file takes precedence over the environment, and options in the program
 * over the file.
 *
 * @example
 * const groq = createGroq({ ...loadConfig(), tier: 'developer' });
 *
 * @param path The path of the file. @default './config.json', if it exists
 * @throws {ValidationError} that names the file, when it cannot be read, is not JSON, has an unknown or invalid option,
 * contains a key, or names a variable for the key that is not set; or that names this variable, when it holds no key.
 */
export function loadConfig(path?: string, environment: Environment = process.env): GroqOptions {
  if (path === undefined && !existsSync(DEFAULT_PATH)) return {};
  const name = path ?? DEFAULT_PATH;
  const subject = `The file ${name}`;
  // A file of that name may be for something else.
  const advice =
    path === undefined ? 'Correct the file, or pass the path of another one to loadConfig().' : 'Correct the file.';
  const file = checked(fileSchema, parse(name, advice), subject, advice) as FileOptions;
  const { apiKeyVariable, ...options } = file;
  // For editors only, not an option.
  delete options.$schema;
  if (options.baseURL !== undefined) parseBaseUrl(options.baseURL, subject);
  if (apiKeyVariable === undefined) return options;
  const apiKey = environment[apiKeyVariable];
  if (apiKey === undefined || apiKey === '') {
    // It is not quoted: the value may be the key itself by mistake.
    const issue = {
      path: 'apiKeyVariable',
      expected: 'the name of an environment variable that is set',
      got: 'the name of one that is not',
    };
    throw new ValidationError(subject, [issue], 'Set that variable to a key from https://console.groq.com/keys.');
  }
  return { ...options, apiKey: checkApiKey(apiKey, 'The environment', apiKeyVariable) };
}

function parse(path: string, advice: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const got = UNREADABLE[code] ?? `an error (${code})`;
    throw new ValidationError(
      `The file ${path}`,
      [{ path: '', expected: 'a file that can be read', got }],
      'Check the path and the permissions.',
    );
  }
  try {
    // Some editors write a byte order mark, which is not part of the text.
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    const got = `other text${placeOf(error)}`;
    throw new ValidationError(`The file ${path}`, [{ path: '', expected: 'JSON', got }], advice);
  }
}

/** Where the text stops being JSON, if the parser says so. The rest of the parser's message may quote a secret. */
function placeOf(error: unknown): string {
  const [, line, column] = / \(line (\d+) column (\d+)\)$/.exec(String(error)) ?? [];
  return line === undefined || column === undefined ? '' : ` at line ${line}, column ${column}`;
}
