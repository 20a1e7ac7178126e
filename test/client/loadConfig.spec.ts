import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createGroq } from '../../src/client/createGroq.ts';
import { loadConfig } from '../../src/client/loadConfig.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import { isValidationError } from '../../src/errors/guards.ts';
import { temporaryFolders } from '../util/temporaryFolders.ts';

const errorOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('loadConfig', () => {
  const folder = temporaryFolders();
  const before = process.cwd();

  afterEach(() => {
    // Before the working directory is removed.
    process.chdir(before);
  });

  const options: GroqOptions = {
    baseURL: 'https://example.test/openai/v1',
    tier: 'developer',
    limits: { 'my/model': { rpm: 10 } },
    defaults: { model: 'my/model', temperature: 0 },
    retry: { count: 1 },
    timeouts: { total: 1_000 },
    maxInFlight: 5,
    slack: { low: 1_000 },
    pacing: { background: 0.5 },
    budget: { usd: 5 },
    http2: true,
    overflow: 'newest',
    allowRetired: true,
  };

  it('should return the options in the file, with the key from the named variable', async () => {
    const path = folder.write('groq.json', { apiKeyVariable: 'MY_KEY', ...options });
    const config = loadConfig(path, { MY_KEY: 'gsk_mine', GROQ_API_KEY: 'gsk_other' });
    expect(config).toStrictEqual({ apiKey: 'gsk_mine', ...options });
    await createGroq(config).close();
  });

  it('should leave `$schema` out of the options', () => {
    const path = folder.write('groq.json', { $schema: './schema.json', ...options });
    expect(loadConfig(path)).toStrictEqual(options);
    expect(() => loadConfig(folder.write('odd.json', { $schema: 5 }))).toThrow('`$schema` must be a string, got 5');
  });

  it('should return no key when the file names no variable', () => {
    const path = folder.write('groq.json', options);
    expect(loadConfig(path, { GROQ_API_KEY: 'gsk_other' })).toStrictEqual(options);
  });

  it.each([{}, { MY_KEY: '' }])('should not use another key when the named variable is not set', (given) => {
    const path = folder.write('named.json', { apiKeyVariable: 'MY_KEY' });
    const load = () => loadConfig(path, { ...given, GROQ_API_KEY: 'gsk_other' });
    expect(load).toThrow(
      '`apiKeyVariable` must be the name of an environment variable that is set, got the name of one that is not. Set that variable to a key from https://console.groq.com/keys.',
    );
    // The name may be a key by mistake.
    expect(load).not.toThrow('MY_KEY');
  });

  it.each([
    [' ', 'an empty string'],
    ['gsk mine', 'other characters'],
  ])('should refuse %j as a key by the name of its variable', (key, got) => {
    const path = folder.write('named.json', { apiKeyVariable: 'MY_KEY' });
    expect(() => loadConfig(path, { MY_KEY: key })).toThrow(
      `The environment: \`MY_KEY\` must be printable ASCII characters without blanks, got ${got}.`,
    );
  });

  it('should read the environment of the process by default', () => {
    vi.stubEnv('RXGROQ_TEST_KEY', 'gsk_process');
    expect(loadConfig(folder.write('groq.json', { apiKeyVariable: 'RXGROQ_TEST_KEY' }))).toEqual({
      apiKey: 'gsk_process',
    });
    vi.unstubAllEnvs();
  });

  it('should read ./config.json by default, if it exists', () => {
    process.chdir(folder.path);
    expect(loadConfig()).toStrictEqual({});
    folder.write('config.json', { tier: 'free' });
    expect(loadConfig()).toStrictEqual({ tier: 'free' });
  });

  it('should fail when a given file cannot be read', () => {
    const path = join(folder.path, 'nowhere.json');
    const error = errorOf(() => loadConfig(path));
    expect(isValidationError(error) && [error.path, error.expected, error.got]).toEqual([
      '',
      'a file that can be read',
      'no file',
    ]);
    expect(String(error)).toContain(`The file ${path} must be`);
    mkdirSync(path);
    expect(() => loadConfig(path)).toThrow(
      `The file ${path} must be a file that can be read, got a directory. Check the path and the permissions.`,
    );
  });

  it.each([
    ['an empty file', '', '', 'JSON', 'other text'],
    ['what is no JSON', '{ tier: free }', '', 'JSON', 'other text at line 1, column 3'],
    ['a comma too many', '{\n  "tier": "free",\n}\n', '', 'JSON', 'other text at line 3, column 1'],
    ['a secret that is no JSON', '{ "baseURL": gsk_secret }', '', 'JSON', 'other text'],
    ['a list', '[]', '', 'an object', 'an array of 0'],
    ['null', 'null', '', 'an object', 'null'],
    [
      'the name of a variable that is empty',
      { apiKeyVariable: '' },
      'apiKeyVariable',
      'a string of at least 1 character',
      'a string of 0 characters',
    ],
    ['the name of a variable that is a number', { apiKeyVariable: 5 }, 'apiKeyVariable', 'a string', '5'],
    [
      'a key',
      { apiKey: 'gsk_secret' },
      'apiKey',
      'absent: name the environment variable that holds it in `apiKeyVariable`',
      'a string of 10 characters',
    ],
  ])('should refuse %s', (_, content, path, expected, got) => {
    const error = errorOf(() => loadConfig(folder.write('groq.json', content)));
    expect(isValidationError(error) && [error.path, error.expected, error.got]).toEqual([path, expected, got]);
    expect(String(error)).not.toContain('gsk_secret');
  });

  it('should name the file in an error about an option', () => {
    const path = folder.write('groq.json', { tier: 'gold', theme: 'dark' });
    const error = errorOf(() => loadConfig(path));
    expect(isValidationError(error) && error.issues.map((issue) => issue.path)).toEqual(['tier', 'theme']);
    expect(String(error)).toBe(
      `ValidationError: The file ${path}: \`tier\` must be one of "free", "developer", got "gold" (and 1 more). Correct the file.`,
    );
    const url = folder.write('url.json', { baseURL: 'nonsense' });
    expect(() => loadConfig(url)).toThrow(`The file ${url}: \`baseURL\` must be a URL that starts with https://`);
  });

  it.each(['transport', 'store', 'counter', 'scheduler', 'random'])('should refuse %s in a file', (option) => {
    expect(() => loadConfig(folder.write('groq.json', { [option]: {} }))).toThrow(
      `\`${option}\` must be absent (not a known property)`,
    );
  });

  it('should advise another path when ./config.json is for something else', () => {
    process.chdir(folder.path);
    folder.write('config.json', { database: 'postgres://localhost' });
    expect(() => loadConfig()).toThrow(
      'The file ./config.json: `database` must be absent (not a known property), got a string of 20 characters. Correct the file, or pass the path of another one to loadConfig().',
    );
  });

  it('should ignore a byte order mark', () => {
    expect(loadConfig(folder.write('groq.json', '\uFEFF{ "tier": "developer" }'))).toEqual({ tier: 'developer' });
  });
});
