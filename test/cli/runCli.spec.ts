import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { here } from './here.ts';
import { rxgroq } from './rxgroq.ts';

describe('runCli', () => {
  it.each([[], ['--help'], ['-h'], ['help']])('should list the commands for %j', async (...args) => {
    const { code, stdout, stderr } = await here(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of ['chat', 'models', 'count', 'verify', 'simulate', 'demo'])
      expect(stdout).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
    expect(stdout).toContain('GROQ_API_KEY');
  });

  it.each([
    ['chat', '--max-tokens <n>'],
    ['models', '--json'],
    ['count', '--file <path>'],
    ['verify', '--simulate'],
    ['simulate', '--tier <plan>'],
    ['demo', '--live'],
  ])('should print the help of %s', async (name, option) => {
    for (const help of ['--help', '-h']) {
      const { code, stdout, stderr } = await here([name, help]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`Usage: rxgroq ${name} `);
      expect(stdout).toContain(option);
    }
  });

  it.each(['chat', 'demo'])('should print the same help for help %s as with --help', async (name) => {
    expect(await here(['help', name])).toEqual(await here([name, '--help']));
  });

  it.each([
    ['chat', 'With a prompt, piped text is not read.'],
    ['demo', 'How many times faster the clock runs, 1 to 50.'],
  ])('should include in the help of %s: %s', async (name, text) => {
    expect((await here([name, '--help'])).stdout).toContain(text);
  });

  it('should keep the help within eighty columns', async () => {
    for (const args of [[], ['chat'], ['models'], ['count'], ['verify'], ['simulate'], ['demo']]) {
      const { stdout } = await here([...args, '--help']);
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    }
  });

  it('should refuse an unknown command or option', async () => {
    expect(await here(['chta', 'hello'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        "rxgroq: Unknown command 'chta'. The commands are chat, models, count, verify, simulate, demo.\nSee 'rxgroq --help'.\n",
    });
    expect(await here(['help', 'chta'])).toEqual(await here(['chta']));
    expect((await here(['help', '--help'])).code).toBe(0);
    expect(await here(['--fast'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Unknown option '--fast'") as string,
    });
  });

  it.each([
    [['chat', '--fast', 'x'], "Unknown option '--fast'."],
    [['chat', '--model'], "Option '-m, --model <value>' argument missing."],
    [['chat', 'one', 'two'], "Unexpected argument 'two'"],
    [['chat', '--max-tokens', '1.5', 'x'], "--max-tokens must be a whole number from 1 up, got '1.5'."],
    [['chat', '-p', 'urgent', 'x'], "--priority must be one of high, normal, low, background, got 'urgent'."],
    [['models', 'all'], "Unexpected argument 'all'"],
    [['demo', '--speed', '0'], "--speed must be a number from 1 to 50, got '0'."],
    [['demo', '--live', '--speed', '2'], '--speed cannot be combined with --live'],
  ])('should refuse %j and say why', async (args, why) => {
    const { code, stdout, stderr } = await here(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`rxgroq ${args[0] ?? ''}: ${why}`);
    expect(stderr).toContain(`See 'rxgroq ${args[0] ?? ''} --help'.`);
  });

  describe('in a process of its own', { timeout: 60_000 }, () => {
    const { run } = rxgroq();

    it('should print the version', async () => {
      const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
        version: string;
      };
      expect(await run(['--version'])).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
    });

    it('should report that the file .env cannot be read', async () => {
      const cwd = mkdtempSync(join(tmpdir(), 'rxgroq-'));
      // A link to itself.
      symlinkSync('.env', join(cwd, '.env'));
      const { code, stderr } = await run(['models'], { cwd });
      rmSync(cwd, { recursive: true });
      expect(code).toBe(1);
      expect(stderr).toBe('rxgroq models: The file .env cannot be read (ELOOP).\n');
    });

    it('should ignore a folder named .env', async () => {
      const cwd = mkdtempSync(join(tmpdir(), 'rxgroq-'));
      mkdirSync(join(cwd, '.env'));
      const { code, stdout } = await run(['count', 'Hello'], { cwd });
      rmSync(cwd, { recursive: true });
      expect([code, stdout]).toEqual([0, expect.stringContaining('tokens')]);
    });

    it('should read a file .env that begins with a byte order mark', async () => {
      const cwd = mkdtempSync(join(tmpdir(), 'rxgroq-'));
      writeFileSync(join(cwd, '.env'), '\uFEFFGROQ_BASE_URL=http://file.test\nGROQ_API_KEY=gsk_file\n');
      const { stderr } = await run(['models'], { cwd });
      rmSync(cwd, { recursive: true });
      expect(stderr).toContain('got an http URL to file.test');
    });

    it('should use the file .env for variables that the environment lacks or leaves empty', async () => {
      const cwd = mkdtempSync(join(tmpdir(), 'rxgroq-'));
      writeFileSync(join(cwd, '.env'), 'GROQ_API_KEY=gsk_file\nGROQ_BASE_URL=http://file.test\n');
      const env = { GROQ_API_KEY: '', GROQ_BASE_URL: 'http://environment.test' };
      const { code, stderr } = await run(['models'], { cwd, env });
      rmSync(cwd, { recursive: true });
      expect(code).toBe(1);
      expect(stderr).toContain(
        'must be an https URL, since the key is sent to it, got an http URL to environment.test',
      );
    });
  });
});
