import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { AnswerReport, describeAnswer } from '../../src/cli/AnswerReport.ts';
import { Milestones } from '../../src/cli/Milestones.ts';
import type { FinishToken } from '../../src/index.ts';

const FINISH: FinishToken = {
  type: 'finish',
  reason: 'stop',
  id: 'chatcmpl-1',
  model: 'openai/gpt-oss-20b',
  usage: { prompt_tokens: 75, completion_tokens: 1_212, total_tokens: 1_287 },
};

function report(isTTY: boolean) {
  const stderr = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, getColorDepth: () => 1 });
  const told = (): string => String(stderr.read() ?? '');
  return { report: new AnswerReport(stderr as unknown as NodeJS.WriteStream), told };
}

describe('AnswerReport', () => {
  it('should report why an answer takes long, and how long it took', () => {
    const { report: answer, told } = report(true);
    answer.hear({ type: 'state', state: 'queued', startsInMs: 12_000 });
    expect(told()).toBe('The limits are used up; sending in 12 s.\n');
    answer.hear({ type: 'state', state: 'queued', startsInMs: 9_000 });
    expect(told()).toBe('');
    answer.hear({ type: 'state', state: 'retrying', startsInMs: 600 });
    expect(told()).toBe('The attempt failed; retrying in 600 ms.\n');
    answer.hear({ type: 'state', state: 'retrying', startsInMs: 40 });
    answer.hear({ type: 'state', state: 'queued' });
    answer.hear(FINISH);
    expect(told()).toBe('');
    answer.sum();
    expect(told()).toMatch(/^openai\/gpt-oss-20b · 75 \+ 1,212 tokens · [\d.]+ m?s in total\n$/);
  });

  it('should print nothing without an answer', () => {
    const { report: answer, told } = report(true);
    answer.sum();
    expect(told()).toBe('');
  });

  it('should print no progress or summary without a terminal', () => {
    const { report: answer, told } = report(false);
    answer.hear({ type: 'state', state: 'queued', startsInMs: 12_000 });
    answer.hear(FINISH);
    answer.sum();
    expect(told()).toBe('');
  });

  it('should report a truncated answer also without a terminal', () => {
    const { report: answer, told } = report(false);
    answer.hear({ ...FINISH, reason: 'length' });
    answer.sum();
    expect(told()).toBe('The answer was cut off at the maximum number of tokens.\n');
  });

  it('should remove control sequences from the name of a model', () => {
    const { report: answer, told } = report(true);
    answer.hear({ ...FINISH, model: 'a\u001b[31mb' });
    answer.sum();
    expect(told()).toMatch(/^ab · /);
  });
});

describe('describeAnswer', () => {
  it('should report everything that is known', () => {
    const milestones = new Milestones(0);
    milestones.hear({ type: 'state', state: 'admitted' }, 10);
    milestones.hear({ type: 'state', state: 'connected' }, 51);
    milestones.hear({ type: 'text', text: 'a' }, 151);
    milestones.ended = 1_640;
    expect(describeAnswer({ ...FINISH, reason: 'length' }, milestones)).toBe(
      'openai/gpt-oss-20b · 75 + 1,212 tokens · connected in 41 ms · first token after 141 ms · 1.6 s in total · ' +
        'cut off at the maximum number of tokens',
    );
  });

  it('should leave out what is unknown', () => {
    const { type, reason, id, model } = FINISH;
    expect(describeAnswer({ type, reason, id, model }, new Milestones(0))).toBe('openai/gpt-oss-20b');
  });
});
