import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorText } from '../../src/cli/errorText.ts';
import { HttpError } from '../../src/errors/HttpError.ts';

/** Errors that cannot occur on the command line, or whose advice depends on the request. */
const ELSEWHERE = /VALIDATION|BUDGET_EXCEEDED|QUEUE_FULL|STORE|ANSWER_NOT_TAKEN|SLOW_CONSUMER|CLOSED/;

/** Every other advice in the README's table of errors. */
function advices(): readonly string[] {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const rows = readme.split('\n').filter((line) => line.includes('`GROQ_ERR_') && !ELSEWHERE.test(line));
  return [...new Set(rows.map((line) => line.split(' | ').at(-1)?.replace(/ \|$/, '') ?? ''))];
}

const textOf = (advice: string): string => errorText(new HttpError(400, { message: 'Set `baseURL`.' }, { advice }));

describe('errorText', () => {
  it.each(advices())('should not give advice that only a program can follow: %s', (advice) => {
    const words = textOf(advice).slice(textOf('').length);
    expect(words).toMatch(/^[A-Z].*\.$/);
    expect(words.replace('`rxgroq models`', '')).not.toMatch(/`|\w\(|max_completion_tokens/);
  });

  it.each([
    ['Use openai/gpt-oss-20b, or set `allowRetired` to send the request anyway.', 'Use openai/gpt-oss-20b.'],
    ['Raise `timeouts.queue` or the priority, or try again later.', 'Try again later.'],
    ['Try again, or continue with `continueFrom(error, request)`.', 'Try again.'],
    [
      'Try again, or set `retry.sampling` to retry automatically until an answer has begun: the model made an invalid tool call.',
      'Try again: the model made an invalid tool call.',
    ],
    [
      'Try again, or set `retry.sampling` to retry automatically until an answer has begun; a higher max_completion_tokens may help.',
      'Try again; a higher --max-tokens may help.',
    ],
    [
      'Check the name of the model and the base URL; `groq.models()` lists the models.',
      'Check the name of the model and the base URL; `rxgroq models` lists the models.',
    ],
    ['Shorten the messages or lower max_completion_tokens.', 'Shorten the messages or lower --max-tokens.'],
    ['Raise `maxResponseBytes` if that is not a fault of the server.', 'Try again later.'],
    ['Try again later.', 'Try again later.'],
  ])('should turn "%s" into advice for the command line', (advice, words) => {
    expect(textOf(advice).endsWith(` ${words}`)).toBe(true);
  });

  it('should not change the description of the error', () => {
    expect(textOf('Try again later.')).toContain('Set `baseURL`.');
  });
});
