import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/cli/Command.ts';
import { readPrompt } from '../../src/cli/readPrompt.ts';

/** The context of a command with this input. */
function standing(stdin: object, signal = new AbortController().signal): Context {
  return { stdin, signal } as unknown as Context;
}

describe('readPrompt', () => {
  it('should use the argument, and not read the pipe', async () => {
    const stdin = new PassThrough();
    expect(await readPrompt('why?', standing(stdin))).toBe('why?');
    expect(stdin.listenerCount('data')).toBe(0);
  });

  it('should return piped text unchanged', async () => {
    const stdin = new PassThrough();
    const prompt = readPrompt(undefined, standing(stdin));
    stdin.write('öne\n');
    stdin.end('twö\n');
    expect(await prompt).toBe('öne\ntwö\n');
  });

  it.each([
    ['is blank', standing(new PassThrough().end(' \n'))],
    ['would have to be typed', standing({ isTTY: true })],
  ])('should refuse a prompt that %s', async (_, context) => {
    await expect(readPrompt(undefined, context)).rejects.toMatchObject({ exitCode: 2 });
  });

  it('should stop reading the pipe when aborted', async () => {
    const controller = new AbortController();
    const prompt = readPrompt(undefined, standing(new PassThrough(), controller.signal));
    controller.abort();
    await expect(prompt).rejects.toThrow('aborted');
  });
});
