import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CASES } from '../../../src/cli/verify/cases.ts';
import { readAll } from '../../simulator/ask.ts';
import { here } from '../here.ts';

interface Body {
  readonly model: string;
  readonly messages: readonly { readonly content: string }[];
  readonly tools?: unknown;
}
interface Report {
  readonly model: string;
  readonly asked: string;
  readonly comparisons: readonly { name: string; tokens: number; reported?: number; error?: string }[];
}

const completion = (prompt_tokens: number) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
  usage: { prompt_tokens, completion_tokens: 1, total_tokens: prompt_tokens + 1 },
});

describe('rxgroq verify', { timeout: 60_000 }, () => {
  /** How the server answers, and the requests that it received. */
  let answer: (body: Body) => { status: number; body: unknown };
  let asked: Body[];
  const server = createServer((request, response) => {
    void readAll(request).then((text) => {
      const body = JSON.parse(text) as Body;
      asked.push(body);
      const reply = answer(body);
      response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body));
    });
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());
  beforeEach(() => {
    asked = [];
  });
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { GROQ_API_KEY: 'gsk_test' };
  const verify = (...args: string[]) => here(['verify', '--base-url', url(), ...args], { env });

  it('should compare with a simulator when there is no key, and say what that proves', async () => {
    const { code, stdout, stderr } = await here(['verify']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toBe('PROMPT         PREDICTED  BOUND  EXACT  REPORTED  DIFFERENCE');
    expect(lines[1]).toBe('one word              72     72  yes          72           0');
    expect(lines.slice(1, CASES.length + 1).every((line) => line.endsWith('           0'))).toBe(true);
    expect(stdout).toContain('6 of 6 prompts to openai/gpt-oss-20b are as predicted. Server: simulator.');
    expect(stdout).toContain('simulator: it counts by the same tables');
  });

  it('should ask a simulator in spite of a key when told to', async () => {
    const { code, stdout } = await here(['verify', '--simulate', '--json', '-m', 'qwen/qwen3.8-27b'], { env });
    const { model, asked: whom, comparisons } = JSON.parse(stdout) as Report;
    expect({ code, model, whom }).toEqual({ code: 0, model: 'qwen/qwen3.8-27b', whom: 'simulator' });
    expect(comparisons.map(({ tokens, reported = 0 }) => reported - tokens)).toEqual(CASES.map(() => 0));
  });

  it('should mark predictions that differ, and exit with 1', async () => {
    answer = ({ messages }) => ({ status: 200, body: completion(messages[0]?.content === 'Hi' ? 75 : 80) });
    const { code, stdout } = await verify();
    expect(code).toBe(1);
    expect(stdout).toContain('one word              72     72  yes          75          +3  not as predicted\n');
    expect(stdout).toContain('a sentence            80     80  yes          80           0\n');
    // Fewer tokens than predicted are a difference, too.
    expect(stdout).toContain('instructions          81     81  yes          80          -1  not as predicted\n');
    // Fewer than the bound is as predicted when the count is not exact.
    expect(stdout).toMatch(/a tool +124 +134 {2}no +80 +-44\n/);
    expect(stdout).toContain(`are as predicted. Server: ${url()}.\n`);
    expect(stdout).not.toContain('simulator');
  });

  it('should send every prompt once, with a maximum number of completion tokens', async () => {
    answer = () => ({ status: 200, body: completion(10) });
    await verify('-m', 'openai/gpt-oss-120b');
    expect(asked.map(({ messages }) => messages)).toEqual(CASES.map(({ body }) => body.messages));
    expect(asked[0]).toEqual({
      model: 'openai/gpt-oss-120b',
      messages: [{ role: 'user', content: 'Hi' }],
      max_completion_tokens: 64,
    });
  });

  it('should not let one report change later predictions', async () => {
    answer = () => ({ status: 200, body: completion(1_000) });
    const reported = JSON.parse((await verify('--json', '-m', 'qwen/qwen3.8-27b')).stdout) as Report;
    const cold = JSON.parse(
      (await here(['verify', '--simulate', '--json', '-m', 'qwen/qwen3.8-27b'])).stdout,
    ) as Report;
    expect(reported.comparisons.map(({ tokens }) => tokens)).toEqual(cold.comparisons.map(({ tokens }) => tokens));
  });

  it('should continue when one request is refused', async () => {
    answer = ({ tools }) =>
      tools === undefined
        ? { status: 200, body: completion(1) }
        : { status: 400, body: { error: { message: 'no tools\u001b[31m here', type: 'invalid_request_error' } } };
    const { code, stdout } = await verify();
    expect(code).toBe(1);
    expect(asked).toHaveLength(CASES.length);
    expect(stdout).toMatch(/a tool +124 +134 {2}no +- +- {2}Groq answered 400 invalid_request_error: no tools here\./);
  });

  it('should give no advice about a refused request that only a program can follow', async () => {
    answer = () => ({
      status: 400,
      body: { error: { message: 'Failed to call a function', code: 'tool_use_failed' } },
    });
    const { stdout } = await verify();
    expect(stdout).toContain('Failed to call a function. Try again: the model made an invalid tool call.\n');
  });

  it('should stop at once when the key is invalid', async () => {
    answer = () => ({ status: 401, body: { error: { message: 'Invalid API Key', code: 'invalid_api_key' } } });
    const { code, stdout, stderr } = await verify();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('rxgroq verify: Groq answered 401 invalid_api_key');
    expect(asked).toHaveLength(1);
  });

  it('should require a key for a base URL, and refuse a base URL for a simulator', async () => {
    expect(await here(['verify', '--base-url', url()])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no key') as string,
    });
    expect(await here(['verify', '--simulate', '--base-url', url()])).toMatchObject({ code: 2, stdout: '' });
  });
});
