import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { Child, type Ended } from '../util/child.ts';

const FOLDER = new URL('../../examples/', import.meta.url);

// Each example is a separate process that mostly waits, so they run concurrently.
describe.concurrent('examples', { timeout: 60_000 }, () => {
  const children: Child[] = [];
  afterAll(() => {
    for (const { process } of children) process.kill('SIGKILL');
  });

  /** Runs an example without a key and a base URL, until it exits by itself. */
  function run(name: string): Promise<Ended> {
    const child = new Child(new URL(name, FOLDER));
    children.push(child);
    return child.ended;
  }

  it('01 should print the words of an answer as they arrive', async () => {
    const { code, stdout, stderr } = await run('01-first-tokens.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\(the first word came after \d+ ms\)\n[A-Z].+/);
    const [, pieces, ms] = /\((\d+) pieces in (\d+) ms\)\n$/.exec(stdout) ?? [];
    expect(Number(pieces)).toBeGreaterThan(20);
    // An answer in one piece would not have taken the time that a model takes to write it.
    expect(Number(ms)).toBeGreaterThan(Number(pieces) * (1_000 / 150));
  });

  it('02 should answer all questions within the limits', async () => {
    const { code, stdout, stderr } = await run('02-many-at-once.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/^\d+: \d+ tokens$/gm)).toHaveLength(4);
    const [, seconds] = /^40 questions, 40 answers in (\d+) simulated seconds$/m.exec(stdout) ?? [];
    expect(Number(seconds)).toBeGreaterThan(10);
    expect(stdout).toMatch(/\n429s: 0\n$/);
  });

  it('03 should let an urgent question overtake all waiting ones', async () => {
    const { code, stdout, stderr } = await run('03-priorities.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [, reached = ''] = /when the limit was reached: (.+)\n/.exec(stdout) ?? [];
    // On a slow machine, one or two may have started before it arrived.
    expect(reached).toMatch(/^low 29, low 30, (low 31, )?(low 32, )?HIGH, low 3\d, .*low 40$/);
    expect(stdout).toMatch(/\n429s: 0\n$/);
  });

  it('04 should close all requests, and leave nothing open', async () => {
    const { code, stdout, stderr } = await run('04-cancel.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').map((line) => line.replace(/ +the server got/, ''))).toEqual([
      'while it waits: 0 requests, of which 0 were closed',
      'before the first token: 1 requests, of which 1 were closed',
      'in the middle of a stream: 2 requests, of which 2 were closed',
      'in the pause for a retry: 3 requests, of which 2 were closed',
      'and nothing is left that would keep this program alive',
      '',
    ]);
  });

  it('05 should let urgent and retried requests start before waiting ones', async () => {
    const { code, stdout, stderr } = await run('05-own-pipe.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/^\w+: Yes\.$/gm)).toHaveLength(5);
    expect(stdout).toContain('\na enters again\n');
    // On a slow machine, another one may have started before it returned.
    expect(stdout).toMatch(/\nstarted: urgent, a, b, (c, )?a, .*d\n$/);
  });

  it('should all be tested here', () => {
    expect(readdirSync(FOLDER).filter((name) => name.endsWith('.ts'))).toHaveLength(5);
  });
});
