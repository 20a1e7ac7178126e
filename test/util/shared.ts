import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'vitest';

const folder = new URL('../../../shared/', import.meta.url);

/** Whether the recorded traffic is next to the repository. */
const hasShared = existsSync(folder);

/** The URL of a file of the recorded traffic. */
export const sharedUrl = (path: string): URL => new URL(path, folder);

/** Runs tests on a file of the recorded traffic, or reports them as skipped when it is missing. */
export function shared(path: string, tests: (text: string) => void): void {
  if (hasShared)
    describe(`on ${path}`, () => {
      tests(readFileSync(sharedUrl(path), 'utf8'));
    });
  else if (process.env['RXGROQ_REQUIRE_SHARED'] === '1')
    it(`needs ${path}, which is not beside the repository`, () => {
      throw new Error('missing');
    });
  else {
    console.warn(`${path} is not beside the repository: its tests are skipped.`);
    it.skip(`on ${path}, which is not beside the repository`, () => undefined);
  }
}
