import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createGroq } from '../../../src/index.ts';
import { emulateTerminal } from '../emulateTerminal.ts';
import { here } from '../here.ts';
import { ON_A_TERMINAL, rxgroq } from '../rxgroq.ts';

const URL_LINE = /listens on (http:\/\/127\.0\.0\.1:\d+\/openai\/v1)/;

/** Lets a child process believe that it stands on a terminal that does not tell its size. */
const WITHOUT_A_SIZE = new URL(
  'data:text/javascript,Object.assign(process.stdout, { isTTY: true, columns: 0, rows: 0, getColorDepth: () => 1 })',
);

describe('rxgroq simulate', { timeout: 60_000 }, () => {
  const { start } = rxgroq();

  it('should serve until Ctrl-C, print instructions and statistics, and exit with 0', async () => {
    const child = start(['simulate', '--first-token', '0', '--seed', '7']);
    const [, url = ''] = await child.printed(URL_LINE);
    await child.printed(/Ctrl-C stops it/);
    const groq = createGroq({ baseURL: url, apiKey: 'any' });
    const { message } = await lastValueFrom(groq.complete({ messages: [{ role: 'user', content: 'Why?' }] }));
    expect(message.content).not.toBe('');
    await groq.close();

    child.process.kill('SIGINT');
    const { code, stdout, stderr } = await child.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`export GROQ_BASE_URL=${url}\n  export GROQ_API_KEY=any\n`);
    expect(stdout).toContain(`createGroq({ baseURL: '${url}', apiKey: 'any' })`);
    expect(stdout).toMatch(/requests: 1 {2}in flight: 0 {2}429s: 0 {2}tokens: \d+\n$/);
  });

  it('should keep a line of statistics up to date on a terminal, with the number of 429s', async () => {
    const child = start(['simulate', '--speed', '0.001'], { env: { NO_COLOR: '1' }, preload: ON_A_TERMINAL });
    const [, url = ''] = await child.printed(URL_LINE);
    // Three more at once than the free plan allows; at this speed no answer arrives during the test.
    const body = JSON.stringify({ model: 'openai/gpt-oss-20b', messages: [{ role: 'user', content: 'Why?' }] });
    const headers = { authorization: 'Bearer any', 'content-type': 'application/json' };
    const leaving = new AbortController();
    const all = Array.from({ length: 33 }, () =>
      fetch(`${url}/chat/completions`, { method: 'POST', headers, body, signal: leaving.signal }),
    );
    await child.printed(/\rrequests: 33 {2}in flight: 30 {2}429s: 3 /);
    leaving.abort();
    await Promise.allSettled(all);
    await child.printed(/\rrequests: 33 {2}in flight: 0 /);

    child.process.kill('SIGINT');
    const { code, stdout } = await child.ended;
    expect(code).toBe(0);
    expect(stdout).toContain("apiKey: 'any', scheduler: fasterClock(0.001) })");
    expect(stdout).toContain("import { fasterClock } from 'rxgroq/simulator';");
    const figures = emulateTerminal(stdout).lines.filter((line) => line.startsWith('requests'));
    expect(figures).toEqual([expect.stringMatching(/^requests: 33 {2}in flight: 0 {2}429s: 3 {2}tokens: \d/)]);
  });

  it('should keep the line up to date also if the terminal does not tell its size', async () => {
    const child = start(['simulate'], { env: { NO_COLOR: '1' }, preload: WITHOUT_A_SIZE });
    await child.printed(/\rrequests: 0 {2}in flight: 0 {2}429s: 0 {2}tokens: 0/);
    child.process.kill('SIGINT');
    expect((await child.ended).code).toBe(0);
  });

  it.each([
    ['--port', '70000'],
    ['--tier', 'gold'],
    ['--speed', 'fast'],
    ['--speed', 'Infinity'],
    ['--first-token', 'Infinity'],
    ['--seed', '1.5'],
  ])('should refuse %s %s', async (name, value) => {
    const { code, stderr } = await here(['simulate', name, value]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${name} must be`);
    expect(stderr).toContain(`got '${value}'`);
  });
});
