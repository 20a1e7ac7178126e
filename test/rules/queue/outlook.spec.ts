import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BucketLevel } from '../../../src/model/Limits.ts';
import { DEFAULT_SLACK, PRIORITIES } from '../../../src/model/Priority.ts';
import { DeadlineQueue } from '../../../src/rules/queue/DeadlineQueue.ts';
import { outlook } from '../../../src/rules/queue/outlook.ts';
import { jobMaker, type NamedJob, tokens } from '../../util/jobs.ts';

const bucket: BucketLevel = { dimension: 'tpm', limit: 100, level: 10, rate: 0.01, foreign: 0, pausedFor: 0 };

describe('outlook', () => {
  it('should report to each waiting request how many start before it and when it starts', () => {
    const queue = new DeadlineQueue<NamedJob>(DEFAULT_SLACK, { left: () => undefined });
    const make = jobMaker();
    for (const name of ['l', 'b', 'h', 'm', 'l2']) queue.add(make(name, { cost: tokens(10) }));
    const expected = [...outlook(queue, [bucket])].map(({ ticket: { job }, ...each }) => [job.name, each]);
    expect(expected).toEqual([
      ['h', { position: 0, startsInMs: 0 }],
      ['m', { position: 1, startsInMs: 1_000 }],
      ['l', { position: 2, startsInMs: 2_000 }],
      ['l2', { position: 3, startsInMs: 3_000 }],
      ['b', { position: 4, startsInMs: 4_000 }],
    ]);
  });

  /** Some jobs that wait in this order. */
  const queueOf = (names: readonly string[]) => {
    const queue = new DeadlineQueue<NamedJob>(DEFAULT_SLACK, { left: () => undefined });
    const make = jobMaker();
    names.forEach((name, i) => {
      queue.add(make(name, { cost: tokens(10), deadline: i }));
    });
    return queue;
  };

  /** When each of these jobs starts. */
  const startsOf = (names: readonly string[], levels: readonly BucketLevel[]) => {
    return [...outlook(queueOf(names), levels)].map(({ ticket, position, startsInMs }) => [
      position,
      ticket.job.name,
      startsInMs,
    ]);
  };

  const day: BucketLevel = { dimension: 'tpd', limit: 100, level: 60, rate: 0.001, foreign: 0, pausedFor: 0 };
  const kept = { high: 0, normal: 10, low: 30, background: 50 };

  it('should let jobs that leave a part of the day to more urgent ones wait until these have started', () => {
    expect(startsOf(['b1', 'l1', 'n1', 'h1', 'b2', 'l2', 'h2'], [{ ...day, kept }])).toEqual([
      [0, 'b1', 0],
      [1, 'l1', 0],
      [2, 'n1', 0],
      [3, 'h1', 0],
      [4, 'h2', 0],
      [5, 'l2', 30_000],
      [6, 'b2', 60_000],
    ]);
    expect(startsOf(['b1', 'h1', 'b2'], [{ ...day, level: 20, kept }])).toEqual([
      [0, 'h1', 0],
      [1, 'b1', 50_000],
      [2, 'b2', 60_000],
    ]);
    expect(startsOf(['n1', 'l1', 'h1'], [{ ...day, level: 15, kept }])).toEqual([
      [0, 'h1', 0],
      [1, 'n1', 15_000],
      [2, 'l1', 45_000],
    ]);
  });

  it('should let no job pass one of the same priority, nor one that would wait in any case', () => {
    expect(startsOf(['b1', 'b2'], [{ ...day, level: 50, kept }])).toEqual([
      [0, 'b1', 10_000],
      [1, 'b2', 20_000],
    ]);
    expect(
      startsOf(
        ['b1', 'h1'],
        [
          { ...day, level: 60, kept },
          { ...bucket, level: 0 },
        ],
      ),
    ).toEqual([
      [0, 'b1', 1_000],
      [1, 'h1', 2_000],
    ]);
  });

  it.each([
    ['when nothing is left to more urgent jobs', 30, undefined, 2],
    ['when what is left to more urgent jobs delays none', 100, kept, 2],
    ['and up to a job that passes others', 30, kept, 4],
  ])('should plan no more jobs than it is asked for, %s', (_, level, keeps, planned) => {
    const names = ['n1', 'b1', 'b2', 'n2', 'n3', 'b3', 'b4'];
    const queue = queueOf(names);
    let count = 0;
    const backlog = {
      waiting: queue.waiting,
      *planned() {
        for (const ticket of queue.planned()) {
          count += 1;
          yield ticket;
        }
      },
    };
    const first = outlook(backlog, [{ ...day, level, ...(keeps && { kept: keeps }) }]);
    first.next();
    first.next();
    expect(count).toBe(planned);
  });

  it('should predict no start from a bucket that never refills', () => {
    expect(startsOf(['l1', 'l2', 'l3'], [{ ...bucket, rate: 0 }])).toEqual([
      [0, 'l1', 0],
      [1, 'l2', 0],
      [2, 'l3', 0],
    ]);
  });

  it('should report nothing for an empty queue', () => {
    expect(startsOf([], [bucket])).toEqual([]);
  });

  it('should predict the order in which jobs really start, whatever tenants were granted', () => {
    const one = fc.record({
      priority: fc.constantFrom(...PRIORITIES),
      tenant: fc.constantFrom('a', 'b', 'c', 'd', undefined),
      units: fc.integer({ min: 1, max: 20 }),
      deadline: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), fc.nat(6), fc.nat(100), (all, served, level) => {
        const queue = new DeadlineQueue<NamedJob>(DEFAULT_SLACK, { left: () => undefined });
        const make = jobMaker();
        for (const { units, ...rest } of all) queue.add(make('x', { ...rest, cost: tokens(units) }));
        const serve = (): number | undefined => {
          const best = queue.peek();
          if (best === undefined) return undefined;
          queue.remove(best);
          queue.serve(best.job, best.job.cost.tokens);
          return best.job.seq;
        };
        for (let i = 0; i < served; i++) serve();
        const order = [...outlook(queue, [{ ...day, limit: 200, level, rate: 0.5 }])].map(
          ({ ticket }) => ticket.job.seq,
        );
        const drained: number[] = [];
        for (let seq = serve(); seq !== undefined; seq = serve()) drained.push(seq);
        expect(order).toEqual(drained);
      }),
    );
  });
});
