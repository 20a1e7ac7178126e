import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../src/index.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../src/simulator/index.ts';
import { type HereOptions, here } from '../here.ts';
import { rxgroq } from '../rxgroq.ts';

/** A child process takes a while to start, and longer on a busy machine. */
const PATIENT = { timeout: 30_000 };

describe('rxgroq chat', { timeout: 60_000 }, () => {
  const { start, run } = rxgroq();
  const simulators: Simulator[] = [];
  afterEach(async () => {
    await Promise.all(simulators.splice(0).map((simulator) => simulator.close()));
  });

  /** A server, the requests that it received, and the environment for its clients. */
  async function serve(options: SimulatorOptions = {}) {
    const asked: ChatRequest[] = [];
    const { reply = () => 'It scatters.' } = options;
    const simulator = await startSimulator({
      firstToken: 0,
      tokensPerSecond: 1_000_000,
      ...options,
      reply: (request) => {
        asked.push(request);
        return reply(request);
      },
    });
    simulators.push(simulator);
    const env = { GROQ_API_KEY: 'gsk_test', GROQ_BASE_URL: simulator.url };
    /** Asks in this process. */
    const chat = (args: readonly string[], options: HereOptions = {}) =>
      here(['chat', '--base-url', simulator.url, ...args], { env, ...options });
    return { simulator, asked, env, chat };
  }

  it('should stream the text to standard output and nothing else', async () => {
    const { env, asked } = await serve();
    expect(await run(['chat', 'Why is the sky blue?'], { env })).toEqual({
      code: 0,
      signal: null,
      stdout: 'It scatters.\n',
      stderr: '',
    });
    expect(asked).toMatchObject([
      { model: 'openai/gpt-oss-20b', messages: [{ role: 'user', content: 'Why is the sky blue?' }] },
    ]);
    expect(asked[0]).not.toHaveProperty('max_completion_tokens');
  });

  it('should print each piece as it arrives', async () => {
    const { env } = await serve({ faults: [{ kind: 'stall', after: 2 }] });
    const child = start(['chat', 'Why?'], { env });
    await child.printed(/^It scatters$/);
    child.process.kill('SIGINT');
    expect(await child.ended).toMatchObject({ code: 130, stdout: 'It scatters\n', stderr: '' });
  });

  it('should send the given options', async () => {
    const { chat, asked } = await serve();
    const options = ['-m', 'openai/gpt-oss-120b', '--system', 'Be brief.', '--max-tokens', '77', '--priority', 'high'];
    const { code } = await chat([...options, '--', '--why?']);
    expect(code).toBe(0);
    expect(asked).toMatchObject([
      {
        model: 'openai/gpt-oss-120b',
        max_completion_tokens: 77,
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: '--why?' },
        ],
      },
    ]);
  });

  it('should read the prompt from a pipe', async () => {
    const { chat, asked } = await serve();
    expect(await chat([], { input: 'one\ntwo\n' })).toMatchObject({ code: 0, stdout: 'It scatters.\n' });
    expect(asked[0]?.messages).toEqual([{ role: 'user', content: 'one\ntwo\n' }]);
  });

  it('should print the whole answer as one line of JSON', async () => {
    const { chat } = await serve({ reply: () => 'red \u001b[31m\u009b1m\u202e.' });
    const { stdout, code } = await chat(['--json', 'Why?']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\{.*\}\n$/);
    expect(stdout).not.toMatch(/[\u001b\u009b\u202e]/);
    expect(JSON.parse(stdout)).toMatchObject({
      message: { role: 'assistant', content: 'red \u001b[31m\u009b1m\u202e.' },
      finish_reason: 'stop',
      usage: { prompt_tokens: expect.any(Number) as number },
    });
  });

  it('should remove control sequences from an answer, unless it is raw', async () => {
    // Split like tokens: after an escape, within a link, before the end of a title.
    const pieces = ['a\u001b', '[2J', 'b\u001b]8;;http://', 'evil', '\u0007c\u009d0;', 'title\u009c', 'd\u202ee\r\n'];
    const reply = () => pieces.map((text) => ({ type: 'text', text }) as const);
    const { chat } = await serve({ reply });
    expect((await chat(['Why?'])).stdout).toBe('abcde\n');
    expect((await chat(['Why?'], { terminal: true })).stdout).toBe('abcde\n');
    expect((await chat(['--raw', 'Why?'])).stdout).toBe(pieces.join(''));
  });

  it('should give advice in terms of the command line', async () => {
    const { chat } = await serve();
    const { code, stderr } = await chat(['--model', 'llama3-70b-8192', 'Why?']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^rxgroq chat: .*llama3-70b-8192.* Use [\w./-]+\.\n$/);
  });

  it('should print a summary on a terminal', async () => {
    const { chat } = await serve();
    const { stdout, stderr } = await chat(['Why?'], { terminal: true });
    expect(stdout).toBe('It scatters.\n');
    expect(stderr).toMatch(
      /^openai\/gpt-oss-20b · \d+ \+ 3 tokens · connected in [\d.]+ m?s · first token after [\d.]+ m?s · [\d.]+ m?s in total\n$/,
    );
  });

  it('should explain how to provide a key when there is none', async () => {
    for (const env of [{}, { GROQ_API_KEY: ' ' }]) {
      const { code, stdout, stderr } = await here(['chat', 'Why?'], { env });
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toContain('https://console.groq.com/keys');
      expect(stderr).toContain('export GROQ_API_KEY=');
      expect(stderr).toContain('.env');
    }
  });

  it('should refuse what was given by the name that it has on a command line', async () => {
    const env = { GROQ_API_KEY: 'gsk two' };
    const key = await here(['chat', 'Why?'], { env });
    expect(key).toMatchObject({ code: 1, stdout: '' });
    expect(key.stderr).toMatch(/^rxgroq chat: The environment: `GROQ_API_KEY` must be /);
    const url = await here(['chat', '--base-url', 'localhost:4070', 'Why?'], { env });
    expect(url).toMatchObject({ code: 2, stdout: '' });
    expect(url.stderr).toContain(
      "The command line: `--base-url` must be a URL that starts with https:// (or http:// on this machine), got 'localhost:4070'.",
    );
  });

  it('should read the file .env, and prefer the environment to it', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'rxgroq-'));
    const { simulator, asked } = await serve({ apiKey: 'gsk_right' });
    writeFileSync(join(cwd, '.env'), `GROQ_API_KEY=gsk_right\nGROQ_BASE_URL=${simulator.url}\n`);
    expect(await run(['chat', 'Why?'], { cwd })).toMatchObject({ code: 0, stdout: 'It scatters.\n' });
    const wrong = await run(['chat', 'Why?'], { cwd, env: { GROQ_API_KEY: 'gsk_wrong' } });
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toMatch(/401/);
    expect(wrong.stderr).not.toMatch(/gsk_wrong|gsk_right/);
    expect(asked).toHaveLength(1);
    rmSync(cwd, { recursive: true });
  });

  it('should fail with the error of the server in one line', async () => {
    const error = { message: 'tool \u001b[31mfailed', code: 'tool_use_failed' };
    const { chat } = await serve({ faults: [{ kind: 'error', after: 1, error }] });
    const { code, stdout, stderr } = await chat(['Why?']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'It\n' });
    expect(stderr).toMatch(/^rxgroq chat: .*tool failed.*\n$/);
  });

  it('should end quietly when its output is closed', async () => {
    const { env, simulator } = await serve({ reply: () => 'word '.repeat(5_000), tokensPerSecond: 2_000 });
    const child = start(['chat', 'Why?'], { env });
    await child.printed(/word word/);
    child.process.stdout?.destroy();
    const { code, signal, stderr } = await child.ended;
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    await expect.poll(() => simulator.stats(), PATIENT).toMatchObject({ aborted: 1, connections: { open: 0 } });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('should cancel the request on %s', async (signal, code) => {
    const { env, simulator } = await serve({ faults: [{ kind: 'stall' }] });
    const child = start(['chat', 'Why?'], { env });
    await expect.poll(() => simulator.stats().models['openai/gpt-oss-20b']?.inFlight, PATIENT).toBe(1);
    child.process.kill(signal);
    expect(await child.ended).toEqual({ code, signal: null, stdout: '', stderr: '' });
    await expect.poll(() => simulator.stats(), PATIENT).toMatchObject({ aborted: 1, connections: { open: 0 } });
  });
});
