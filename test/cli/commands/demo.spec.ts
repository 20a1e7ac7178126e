import { describe, expect, it } from 'vitest';
import { startSimulator } from '../../../src/simulator/index.ts';
import type { ChildOptions } from '../../util/child.ts';
import { emulateTerminal } from '../emulateTerminal.ts';
import { here } from '../here.ts';
import { ON_A_TERMINAL, rxgroq } from '../rxgroq.ts';

// Each test is a separate process that mostly waits, so they run concurrently.
describe.concurrent('rxgroq demo', { timeout: 60_000 }, () => {
  const { start, run } = rxgroq();

  it('should answer all sixty questions under the limits, and print a summary', async () => {
    const { code, stdout, stderr } = await run(['demo', '--speed', '25']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('requests: 60 of 60 answered\n');
    expect(stdout).toContain('\n429s: 0\n');
    expect(stdout.match(/ tokens · \d+ wait/g)).toHaveLength(60);

    const [, share = '', used = '', capacity = '', rate = '', makespan = ''] =
      /share of the quota: ([\d.]+) % of TPM = ([\d,]+) ÷ \(([\d,]+) \+ ([\d.]+)\/s × ([\d.]+) s\)/.exec(stdout) ?? [];
    const number = (text: string): number => Number(text.replaceAll(',', ''));
    expect(number(capacity)).toBe(8_000);
    expect(number(share) / 100).toBeCloseTo(number(used) / (8_000 + number(rate) * number(makespan)), 2);
    expect(number(share)).toBeGreaterThan(85);
    expect(number(share)).toBeLessThanOrEqual(100);

    const waits = [...stdout.matchAll(/^ {2}(high|normal|low) +([\d.]+) +([\d.]+) +(\d+)$/gm)];
    expect(waits.map(([, priority]) => priority)).toEqual(['high', 'normal', 'low']);
    const medians = waits.map(([, , p50]) => Number(p50));
    expect(medians).toEqual([...medians].sort((a, b) => a - b));
    expect(waits.reduce((sum, [, , , , count]) => sum + Number(count), 0)).toBe(60);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('should cancel on %s, restore the terminal and print a summary', async (signal, code) => {
    const child = start(['demo', '--speed', '5'], { env: { NO_COLOR: '1' }, preload: ON_A_TERMINAL });
    await child.printed(/\b[1-9]\d? of 60 answered/);
    const shown = emulateTerminal(child.stdout);
    expect(shown).toMatchObject({ alternate: true, cursor: false, overflown: false });
    expect(shown.lines.join('\n')).toMatch(/tokens per minute .* of 8,000/);
    expect(shown.lines.join('\n')).toMatch(/│ (normal|low) .* in \d+:\d\d/);

    child.process.kill(signal);
    const ended = await child.ended;
    expect(ended).toMatchObject({ code, stderr: '' });
    const after = emulateTerminal(ended.stdout);
    expect(after).toMatchObject({ alternate: false, cursor: true, wraps: true });
    expect(after.lines[0]).toMatch(/^requests: \d+ of 60 answered, \d+ cancelled$/);
    expect(after.lines).toContain('429s: 0');
  });

  describe('live', () => {
    /** Runs the demo against a stand-in for Groq, and counts its requests. */
    async function live(options: ChildOptions = {}) {
      const simulator = await startSimulator({ firstToken: 5 });
      const env = { GROQ_API_KEY: 'gsk_test', GROQ_BASE_URL: simulator.url };
      const ended = await run(['demo', '--live'], { env, ...options });
      await simulator.close();
      return { ...ended, requests: simulator.stats().requests };
    }

    it('should ask six questions, and print the times', async () => {
      const { code, stdout, stderr, requests } = await live();
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).not.toContain('\u001b');
      expect(stdout).toContain('requests: 6 of 6 answered\n');
      expect(stdout).toContain('429s: 0\n');
      expect(stdout).toContain('connection  first token\n');
      expect(stdout.match(/^ +[\d.]+ m?s +[\d.]+ m?s {2}\S/gm)).toHaveLength(7);
      expect(requests).toBe(6);
    });

    it('should draw on a terminal, and restore it when all questions are answered', async () => {
      const { code, stdout } = await live({ preload: ON_A_TERMINAL });
      expect(code).toBe(0);
      const before = emulateTerminal(stdout.slice(0, stdout.lastIndexOf('\u001b[?7h')));
      expect(before).toMatchObject({ alternate: true, cursor: false, overflown: false });
      expect(before.lines[0]).toMatch(/^rxgroq {2}openai\/gpt-oss-20b · live .* 0:\d\d$/);
      const after = emulateTerminal(stdout);
      expect(after).toMatchObject({ alternate: false, cursor: true, wraps: true, overflown: false });
      expect(after.lines[0]).toBe('requests: 6 of 6 answered');
    });
  });

  it('should explain how to provide a key for --live', async () => {
    const { code, stdout, stderr } = await here(['demo', '--live']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('https://console.groq.com/keys');
  });
});
