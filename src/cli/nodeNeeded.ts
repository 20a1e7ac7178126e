import { readFileSync } from 'node:fs';
import { packageFile } from './packageFile.ts';

/** The oldest Node that the package runs on, such as `22.19.0`, where the given one is older. */
export function nodeNeeded(version: string): string | undefined {
  const { engines } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { engines: { node: string } };
  const oldest = engines.node.replace('>=', '');
  return version.localeCompare(oldest, 'en', { numeric: true }) < 0 ? oldest : undefined;
}
