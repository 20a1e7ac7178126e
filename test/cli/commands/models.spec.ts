import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { here } from '../here.ts';

const LIST = [
  { id: 'qwen/qwen3.8-27b', object: 'model', created: 1, owned_by: 'Alibaba Cloud', context_window: 131_072 },
  { id: 'evil\u001b[31m/model\u009d0;x\u009c', object: 'model', created: 2, owned_by: 'Mallory' },
];

describe('rxgroq models', { timeout: 60_000 }, () => {
  const server = createServer((_, response) => response.end(JSON.stringify({ object: 'list', data: LIST })));
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());
  const args = (): string[] => ['--base-url', `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
  const env = { GROQ_API_KEY: 'gsk_test' };

  it('should print a sorted table with the limits of the free plan', async () => {
    expect(await here(['models', ...args()], { env })).toEqual({
      code: 0,
      stdout: [
        'MODEL             CONTEXT  ANSWER  REQUESTS/MIN  TOKENS/MIN  OWNER',
        'evil/model              -       -             -           -  Mallory',
        'qwen/qwen3.8-27b  131,072       -            30       8,000  Alibaba Cloud',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('should print the list as JSON without control characters', async () => {
    const { code, stdout } = await here(['models', '--json', ...args()], { env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(LIST);
    expect(stdout).not.toMatch(/[\u001b\u009d]/);
  });

  it('should report a missing key', async () => {
    expect(await here(['models'])).toMatchObject({ code: 1, stderr: expect.stringContaining('no key') as string });
  });

  it('should fail with advice when the server cannot be reached', async () => {
    const { code, stderr } = await here(['models', '--base-url', 'http://127.0.0.1:9'], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^rxgroq models: .*base URL.*\n$/);
  });
});
