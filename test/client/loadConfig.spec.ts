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
    // Before the folder is removed in which the process stands.
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
    allowRetired: true,
  };

  it('should give what the file says, with the key from the variable that it names', async () => {
    const path = folder.write('groq.json', { apiKeyVariable: 'MY_KEY', ...options });
    const config = loadConfig(path, { MY_KEY: 'gsk_mine', GROQ_API_KEY: 'gsk_other' });
    expect(config).toStrictEqual({ apiKey: 'gsk_mine', ...options });
    await createGroq(config).close();
  });

  it('should leave the key to others when it names no variable', () => {
    const path = folder.write('groq.json', options);
    expect(loadConfig(path, { GROQ_API_KEY: 'gsk_other' })).toStrictEqual(options);
  });

  it.each([{}, { MY_KEY: '' }])('should not take another key when the variable that it names is not set', (given) => {
    const path = folder.write('named.json', { apiKeyVariable: 'MY_KEY' });
    expect(() => loadConfig(path, { ...given, GROQ_API_KEY: 'gsk_other' })).toThrow(
      '`apiKeyVariable` must be a variable that is set, got MY_KEY, which is not.',
    );
  });

  it('should read the environment of the process unless told otherwise', () => {
    vi.stubEnv('RXGROQ_TEST_KEY', 'gsk_process');
    expect(loadConfig(folder.write('groq.json', { apiKeyVariable: 'RXGROQ_TEST_KEY' }))).toEqual({
      apiKey: 'gsk_process',
    });
    vi.unstubAllEnvs();
  });

  it('should find ./config.json without a path, and do without', () => {
    process.chdir(folder.path);
    expect(loadConfig()).toStrictEqual({});
    folder.write('config.json', { tier: 'free' });
    expect(loadConfig()).toStrictEqual({ tier: 'free' });
  });

  it('should not do without a file that it was told of', () => {
    const path = join(folder.path, 'nowhere.json');
    const error = errorOf(() => loadConfig(path));
    expect(isValidationError(error) && [error.path, error.expected, error.got]).toEqual([
      '',
      'a file that can be read',
      'none',
    ]);
    expect(String(error)).toContain(`The file ${path} must be`);
    mkdirSync(path);
    expect(() => loadConfig(path)).toThrow('a file that can be read');
  });

  it.each([
    ['an empty file', '', '', 'JSON', 'other text'],
    ['what is no JSON', '{ tier: free }', '', 'JSON', 'other text'],
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

  it('should leave it to the client to check the options', () => {
    const config = loadConfig(folder.write('groq.json', { tier: 'gold', theme: 'dark' }));
    const error = errorOf(() => createGroq({ apiKey: 'gsk_x', ...config }));
    expect(isValidationError(error) && error.issues.map(({ path }) => path)).toEqual(['tier', 'theme']);
  });
});
