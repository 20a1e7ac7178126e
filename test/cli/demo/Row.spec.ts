import { describe, expect, it } from 'vitest';
import { ClosedError } from '../../../src/index.ts';
import { answering, board, finish, waiting } from './rows.ts';

describe('Row', () => {
  it('should follow a question from the queue to its answer', () => {
    const row = waiting('a');
    row.hear({ type: 'state', state: 'queued' }, 0);
    expect(row).toMatchObject({ stand: 'waiting', startsAt: undefined });
    row.hear({ type: 'state', state: 'queued', position: 3, startsInMs: 40 }, 1);
    row.hear({ type: 'state', state: 'queued', position: 1, startsInMs: 30 }, 2);
    expect(row).toMatchObject({ stand: 'waiting', startsAt: 32 });
    row.hear({ type: 'state', state: 'admitted' }, 5);
    expect(row.stand).toBe('answering');
    row.hear({ type: 'reasoning', text: 'hm' }, 6);
    row.hear({ type: 'text', text: 'It ' }, 7);
    row.hear({ type: 'text', text: 'is.' }, 8);
    row.hear(finish(70, 3), 9);
    row.end(9);
    expect(row).toMatchObject({ stand: 'answered', text: 'It is.', usage: { total_tokens: 73 } });
    expect(row.milestones).toMatchObject({ waited: 5, ended: 9 });
  });

  it('should be waiting again in the pause before a retry', () => {
    const row = answering('a', 5);
    row.hear({ type: 'state', state: 'retrying', startsInMs: 100 }, 20);
    expect(row.stand).toBe('waiting');
  });

  it('should keep the error of a failed question', () => {
    const row = answering('a', 5);
    const error = new ClosedError();
    row.end(20, error);
    expect(row).toMatchObject({ stand: 'failed', error });
  });

  it('should remove control sequences, also when they are split', () => {
    const row = answering('a', 0, 'x\u001b');
    row.hear({ type: 'text', text: '[2Jy' }, 1);
    expect(row.text).toBe('xy');
  });

  it('should keep only the end of a very long answer', () => {
    const row = answering('a', 0, 'b'.repeat(50_000));
    row.hear({ type: 'text', text: 'end' }, 1);
    expect(row.text.length).toBe(20_000);
    expect(row.text).toMatch(/bend$/);
  });
});

describe('Board', () => {
  const [low, high, normal, first, second] = [
    waiting('low', 'low'),
    waiting('high', 'high'),
    waiting('normal', 'normal'),
    answering('first', 1),
    answering('second', 2),
  ];
  const [early, late] = [answering('early', 0), answering('late', 0)];
  early.end(10);
  late.end(20, new ClosedError());
  const all = board(second, low, early, high, first, normal, late);

  it('should order waiting rows by urgency', () => {
    expect(all.waiting).toEqual([high, normal, low]);
  });

  it('should order rows that are being answered by when they began', () => {
    expect(all.answering).toEqual([first, second]);
  });

  it('should order ended rows by when they ended, the latest first', () => {
    expect(all.ended).toEqual([late, early]);
  });

  it('should count rows by their state', () => {
    expect(['waiting', 'answering', 'answered', 'failed'].map((stand) => all.count(stand as 'waiting'))).toEqual([
      3, 2, 1, 1,
    ]);
  });
});
