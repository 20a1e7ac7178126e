import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../util/temporaryFolders.ts';
import { here } from '../here.ts';

const request = { model: 'openai/gpt-oss-120b', messages: [{ role: 'user', content: 'hi' }] };

describe('rxgroq count', () => {
  const folder = temporaryFolders();

  it('should count a text, alone and as a prompt', async () => {
    expect(await here(['count', 'hi'])).toEqual({
      code: 0,
      stdout: ['model   openai/gpt-oss-20b', 'text    1', 'tokens  72', 'bound   72', 'exact   yes', ''].join('\n'),
      stderr: '',
    });
  });

  it('should count a piped request, for its model or another', async () => {
    const input = JSON.stringify(request);
    expect(await here(['count', '--json'], { input })).toEqual({
      code: 0,
      stdout: '{"model":"openai/gpt-oss-120b","tokens":72,"bound":72,"exact":true}\n',
      stderr: '',
    });
    const { stdout } = await here(['count', '--json', '-m', 'qwen/qwen3.8-27b'], { input });
    const { model, tokens, bound, exact } = JSON.parse(stdout) as Record<string, unknown>;
    expect({ model, exact }).toEqual({ model: 'qwen/qwen3.8-27b', exact: false });
    expect(bound).toBeGreaterThan(tokens as number);
  });

  it('should print that a count is not exact, with its bound', async () => {
    const { stdout } = await here(['count', '-m', 'evil\u001b[31m', 'hi']);
    expect(stdout).toMatch(/^model {3}evil\ntokens {2}\d+\nbound {3}\d+\nexact {3}no\n$/);
  });

  it('should count a piped text, and a file', async () => {
    expect((await here(['count'], { input: 'hi' })).stdout).toContain('tokens  72\n');
    const path = folder.write('request.json', JSON.stringify(request));
    expect((await here(['count', '--file', path])).stdout).toMatch(/^model {3}openai\/gpt-oss-120b\ntokens {2}72\n/);
  });

  it('should leave out the mark that some editors write at the start of a file', async () => {
    const path = folder.write('request.json', `\uFEFF${JSON.stringify(request)}`);
    expect((await here(['count', '--file', path])).stdout).toMatch(/^model {3}openai\/gpt-oss-120b\ntokens {2}72\n/);
  });

  it.each<[string[], number, RegExp]>([
    [['count'], 2, /There is no prompt/],
    [['count', '--file', 'a.txt', 'hi'], 2, /not both/],
    [
      ['count', '--file', 'no-such\u001b[31m-file'],
      1,
      /^rxgroq count: The file no-such-file cannot be read \(ENOENT\)\.\n$/,
    ],
  ])('should refuse %j', async (args, code, why) => {
    const { stdout, stderr, code: exitCode } = await here(args);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: code });
    expect(stderr).toMatch(why);
  });

  it('should report an invalid request', async () => {
    const { code, stderr } = await here(['count'], { input: '{"messages":[]}' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^rxgroq count: .*messages/);
  });
});
