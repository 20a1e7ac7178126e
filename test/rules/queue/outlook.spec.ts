import { describe, expect, it } from 'vitest';
import type { BucketLevel } from '../../../src/model/Limits.ts';
import { DEFAULT_SLACK } from '../../../src/model/Priority.ts';
import { DeadlineQueue } from '../../../src/rules/queue/DeadlineQueue.ts';
import { outlook } from '../../../src/rules/queue/outlook.ts';
import { jobMaker, type NamedJob, tokens } from '../../util/jobs.ts';

const bucket: BucketLevel = { dimension: 'tpm', limit: 100, level: 10, rate: 0.01, foreign: 0, pausedFor: 0 };

describe('outlook', () => {
  it('should tell each who waits how many start before it and when it starts itself', () => {
    const queue = new DeadlineQueue<NamedJob>(DEFAULT_SLACK, { left: () => undefined });
    const make = jobMaker();
    for (const name of ['l', 'b', 'h', 'm', 'l2']) queue.add(make(name, { cost: tokens(10) }));
    const expected = [...outlook(queue, [bucket])].map(([{ job }, each]) => [job.name, each]);
    expect(expected).toEqual([
      ['h', { position: 0, startsInMs: 0 }],
      ['m', { position: 1, startsInMs: 1_000 }],
      ['l', { position: 2, startsInMs: 2_000 }],
      ['l2', { position: 3, startsInMs: 3_000 }],
      ['b', { position: 4, startsInMs: 4_000 }],
    ]);
  });

  it('should let the older of two equals start first, whichever it is told first', () => {
    const make = jobMaker();
    const [older, newer] = [make('l'), make('l')];
    const ticket = (job: NamedJob) => ({ job, deadline: 7, waiting: true, putOff: 0, unsubscribe: () => undefined });
    const expected = outlook([ticket(newer), ticket(older)], []);
    expect([...expected].map(([{ job }, { position, startsInMs }]) => [job.seq, position, startsInMs])).toEqual([
      [older.seq, 0, 0],
      [newer.seq, 1, 0],
    ]);
  });

  it('should expect nothing of nobody', () => {
    expect(outlook([], [bucket]).size).toBe(0);
  });
});
