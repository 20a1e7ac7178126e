import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeNeeded } from '../../src/cli/nodeNeeded.ts';
import { rxgroq } from './rxgroq.ts';

const OLD = new URL('./pretendOldNode.ts', import.meta.url);

describe('nodeNeeded', () => {
  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    engines: { node: string };
  };
  const oldest = engines.node.slice('>='.length);

  it.each(['20.20.2', '22.3.0', '22.18.9', '9.99.0'])(
    'should return the oldest supported version for %s',
    (version) => {
      expect(nodeNeeded(version)).toBe(oldest);
    },
  );

  it.each(['22.19.0', '22.20.0', '24.0.0', '100.0.0', process.versions.node])(
    'should return undefined for %s',
    (version) => {
      expect(nodeNeeded(version)).toBe(undefined);
    },
  );

  it('should be checked by the command line', { timeout: 60_000 }, async () => {
    const { run } = rxgroq();
    expect(await run(['--version'], { preload: OLD })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `rxgroq: This is Node 20.20.2, but ${oldest} or newer is needed.\n`,
    });
  });
});
