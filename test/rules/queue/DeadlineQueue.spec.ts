import fc from 'fast-check';
import { Subscription, type Unsubscribable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Ticket } from '../../../src/model/Backlog.ts';
import type { Job, Lifetime } from '../../../src/model/Job.ts';
import { DEFAULT_SLACK, PRIORITIES } from '../../../src/model/Priority.ts';
import { DeadlineQueue } from '../../../src/rules/queue/DeadlineQueue.ts';
import { jobMaker, type NamedJob, tokens } from '../../util/jobs.ts';
import { ReadsOf } from '../../util/ReadsOf.ts';

/** A queue of named jobs, and the notifications about jobs that have left. */
const queueWith = (...jobs: readonly (string | readonly [string, Partial<Job>])[]) => {
  const left: boolean[] = [];
  const queue = new DeadlineQueue<NamedJob>(DEFAULT_SLACK, { left: (wasBest) => left.push(wasBest) });
  const make = jobMaker();
  const add = (name: string, rest: Partial<Job> = {}): NamedJob => {
    const job = make(name, rest);
    queue.add(job);
    return job;
  };
  for (const job of jobs) {
    if (typeof job === 'string') add(job);
    else add(...job);
  }
  return { queue, left, add };
};

const next = (queue: DeadlineQueue<NamedJob>): Ticket<NamedJob> | undefined => {
  const ticket = queue.peek();
  if (ticket !== undefined) queue.remove(ticket);
  return ticket;
};

/** Removes all jobs, best first; with `pays`, the cost of each is charged to its tenant. */
const drain = (queue: DeadlineQueue<NamedJob>, pays = false): string[] => {
  const names: string[] = [];
  for (let ticket = next(queue); ticket !== undefined; ticket = next(queue)) {
    names.push(ticket.job.name);
    if (pays) queue.serve(ticket.job, ticket.job.cost.tokens);
  }
  return names;
};

const find = (queue: DeadlineQueue<NamedJob>, name: string): Ticket<NamedJob> => {
  const found = [...queue].find(({ job }) => job.name === name);
  if (found === undefined) throw new Error(`${name} does not wait`);
  return found;
};

describe('DeadlineQueue', () => {
  it('should be empty at first', () => {
    const { queue } = queueWith();
    expect([queue.size, queue.peek(), queue.worst(), queue.soonest(), [...queue]]).toEqual([
      0,
      undefined,
      undefined,
      undefined,
      [],
    ]);
  });

  it('should order jobs by virtual deadline, whatever the order of additions and removals', () => {
    const job = fc.record({ arrival: fc.nat(1_000_000), priority: fc.constantFrom(...PRIORITIES) });
    const step = fc.oneof({ weight: 3, arbitrary: job }, { weight: 1, arbitrary: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { queue, add } = queueWith();
        let waiting: NamedJob[] = [];
        const deadline = ({ arrival, priority }: NamedJob): number => arrival + DEFAULT_SLACK[priority];
        for (const each of steps) {
          if (typeof each === 'object') waiting.push(add('x', each));
          else if (waiting.length > 0) {
            const gone = waiting[each % waiting.length];
            waiting = waiting.filter((other) => other !== gone);
            const ticket = [...queue].find((other) => other.job === gone);
            expect([ticket && queue.remove(ticket), ticket?.waiting]).toEqual([true, false]);
          }
          waiting.sort((a, b) => deadline(a) - deadline(b) || a.seq - b.seq);
          expect([queue.peek()?.job, queue.worst()?.job, queue.size]).toEqual([
            waiting[0],
            waiting.at(-1),
            waiting.length,
          ]);
          expect(new Set([...queue].map((ticket) => ticket.job))).toEqual(new Set(waiting));
        }
      }),
    );
  });

  it("should use a job's own deadline in place of the virtual one", () => {
    const { queue } = queueWith('l', 'h', ['b', { deadline: -1 }]);
    expect(drain(queue)).toEqual(['b', 'h', 'l']);
  });

  it('should iterate over waiting jobs by priority', () => {
    const { queue } = queueWith('b', 'l1', 'h', 'm', 'l2');
    expect([...queue].map(({ job }) => job.name)).toEqual(['h', 'm', 'l1', 'l2', 'b']);
  });

  it('should count the waiting jobs of each priority', () => {
    const lifetime = new Subscription();
    const { queue } = queueWith('h', 'l1', ['l2', { lifetime }], 'b');
    const before = queue.waiting;
    lifetime.unsubscribe();
    next(queue);
    expect([before, queue.waiting]).toEqual([
      { high: 1, normal: 0, low: 2, background: 1 },
      { high: 0, normal: 0, low: 1, background: 1 },
    ]);
  });

  it('should find the best job of the priorities above a given one', () => {
    const { queue } = queueWith('b', ['l1', { deadline: -1 }], 'l2', ['m', { arrival: 1e9 }]);
    const best = PRIORITIES.map((priority) => queue.peek(priority)?.job.name);
    expect(best).toEqual([undefined, undefined, 'm', 'l1']);
    expect(queue.peek()?.job.name).toBe('l1');
  });

  describe('with jobs that leave', () => {
    it('should keep the expiring jobs when a job without an expiry is removed', () => {
      const { queue } = queueWith(['a', { expiresAt: 1 }], ['b', { expiresAt: 2 }], ['c', { expiresAt: 3 }], 'd');
      queue.remove(find(queue, 'd'));
      const expiring: string[] = [];
      for (let soonest = queue.soonest(); soonest !== undefined; soonest = queue.soonest()) {
        expiring.push(soonest.job.name);
        queue.remove(soonest);
      }
      expect(expiring).toEqual(['a', 'b', 'c']);
    });

    it('should notify when the best job leaves by itself, and when the queue becomes empty', () => {
      const lifetimes = { h: new Subscription(), l: new Subscription(), b: new Subscription() };
      const { queue, left } = queueWith(
        ['h', { lifetime: lifetimes.h }],
        ['l', { lifetime: lifetimes.l }],
        ['b', { lifetime: lifetimes.b }],
      );
      lifetimes.l.unsubscribe();
      expect(left).toEqual([]);
      lifetimes.h.unsubscribe();
      expect(left).toEqual([true]);
      next(queue);
      expect(left).toEqual([true, false]);
      expect(queue.size).toBe(0);
    });

    it('should not add a job whose lifetime is over', () => {
      const { queue, left } = queueWith(['l', { lifetime: Subscription.EMPTY }]);
      expect([queue.size, queue.peek(), left]).toEqual([0, undefined, []]);
    });

    it('should remove a job once, and detach it from its lifetime', () => {
      const lifetime = new Subscription();
      const { queue, left } = queueWith(['l', { lifetime }]);
      expect(queue.peek()?.waiting).toBe(true);
      const ticket = next(queue) as Ticket<NamedJob>;
      expect([ticket.waiting, queue.remove(ticket)]).toEqual([false, false]);
      lifetime.unsubscribe();
      expect(left).toEqual([false]);
    });

    it('should keep no ticket of a job that was taken in its lifetime, which lasts until the answer has ended', () => {
      const held = new Set<Unsubscribable>();
      const lifetime: Lifetime = {
        closed: false,
        add: (ticket) => held.add(ticket),
        remove: (ticket) => held.delete(ticket),
      };
      const { queue } = queueWith(['l', { lifetime }]);
      expect([...held]).toEqual([queue.peek()]);
      next(queue);
      expect(held.size).toBe(0);
    });
  });

  describe('with jobs that expire', () => {
    it('should know the job that expires first, whatever its place in the queue', () => {
      const { queue } = queueWith(['h', { expiresAt: 30 }], 'm', ['l', { expiresAt: 10 }], ['b', { expiresAt: 20 }]);
      expect(queue.soonest()?.job.name).toBe('l');
      queue.remove(find(queue, 'l'));
      expect(queue.soonest()?.job.name).toBe('b');
      next(queue);
      expect(queue.soonest()?.job.name).toBe('b');
      queue.remove(find(queue, 'b'));
      expect([queue.soonest(), queue.size]).toEqual([undefined, 1]);
    });
  });

  describe('with tenants', () => {
    const of = (tenant: string, units = 10, rest: Partial<Job> = {}) => ({ tenant, cost: tokens(units), ...rest });

    it('should serve tenants in turn, by the tokens they were granted', () => {
      const { queue } = queueWith(
        ['l1', of('a')],
        ['l2', of('a')],
        ['l3', of('a')],
        ['l4', of('b')],
        ['l5', of('b')],
        ['l6', of('c')],
      );
      expect(drain(queue, true)).toEqual(['l1', 'l4', 'l6', 'l2', 'l5', 'l3']);
    });

    it('should count tokens and not requests', () => {
      const { queue } = queueWith(
        ['l1', of('a', 30)],
        ['l2', of('a', 30)],
        ...['l3', 'l4', 'l5', 'l6'].map((name) => [name, of('b')] as const),
      );
      expect(drain(queue, true)).toEqual(['l1', 'l3', 'l4', 'l5', 'l2', 'l6']);
    });

    it('should serve the tenant that was granted fewer tokens first, also after one of its jobs has started', () => {
      const { queue } = queueWith(['l1', of('a')], ['l2', of('b')], ['l3', of('b')]);
      queue.serve(find(queue, 'l1').job, 1_000);
      expect(drain(queue)).toEqual(['l2', 'l3', 'l1']);
    });

    it('should correct the tokens of a tenant when a grant turns out to have used less', () => {
      const { queue } = queueWith(['l1', of('a', 30)], ['l2', of('a', 30)], ['l3', of('b')], ['l4', of('b')]);
      const first = next(queue) as Ticket<NamedJob>;
      queue.serve(first.job, 30);
      expect(queue.peek()?.job.name).toBe('l3');
      queue.correct(first.job, -30);
      expect(queue.peek()?.job.name).toBe('l2');
    });

    it('should not let a job go before an earlier deadline of another priority', () => {
      const { queue } = queueWith(['l1', of('a')], ['m', of('a')], ['l2', of('b')]);
      queue.serve(find(queue, 'm').job, 1_000);
      // b was granted less, but normal priority comes first; of the two low jobs, b's comes first.
      expect(drain(queue)).toEqual(['m', 'l2', 'l1']);
    });

    it('should prefer a tenant only while its job has an earlier deadline than other priorities', () => {
      const { queue } = queueWith(['l1', of('a')], ['l2', of('b', 10, { arrival: 200 })], ['m', { arrival: 540_100 }]);
      queue.serve(find(queue, 'l1').job, 1_000);
      // By the deadline: l1 at 600,000, m at 600,100, l2 at 600,200. So l2 may not overtake l1, since m is before it.
      expect(drain(queue)).toEqual(['l1', 'm', 'l2']);
    });

    it('should not let a tenant save up turns while it does not wait', () => {
      const { queue, add } = queueWith(['l1', of('a')], ['l2', of('b')]);
      queue.serve(find(queue, 'l1').job, 100);
      queue.serve(find(queue, 'l2').job, 100);
      add('l3', of('c'));
      add('l4', of('c'));
      add('l5', of('a'));
      // c starts level with the others.
      expect(drain(queue, true)).toEqual(['l1', 'l2', 'l3', 'l4', 'l5']);
    });

    it('should remember that a tenant was granted more while other tenants wait', () => {
      const { queue, add } = queueWith(['l1', of('a')], ['l2', of('b')], ['l3', of('b')]);
      const first = next(queue) as Ticket<NamedJob>;
      queue.serve(first.job, 100);
      add('l4', of('a'));
      expect(drain(queue, true)).toEqual(['l2', 'l3', 'l4']);
    });

    it('should let a returning tenant start level with those that kept waiting', () => {
      const { queue, add } = queueWith(
        ['l1', of('a', 500)],
        ...['l2', 'l3', 'l4', 'l5', 'l6'].map((name) => [name, of('b', 500)] as const),
      );
      for (const name of ['l1', 'l2', 'l3']) {
        const ticket = next(queue) as Ticket<NamedJob>;
        expect(ticket.job.name).toBe(name);
        queue.serve(ticket.job, 500);
      }
      // a was granted 500 and b 1,000, but a did not wait meanwhile.
      add('l7', of('a', 500));
      add('l8', of('a', 500));
      expect(drain(queue, true)).toEqual(['l4', 'l7', 'l5', 'l8', 'l6']);
    });

    it('should let a returning tenant start level also when its earlier usage is corrected upwards', () => {
      const { queue, add } = queueWith(
        ['l1', of('a')],
        ...['l2', 'l3'].map((name) => [name, of('b', 500)] as const),
        ...['l4', 'l5'].map((name) => [name, of('c', 500)] as const),
      );
      const [first] = Array.from({ length: 3 }, () => {
        const { job } = next(queue) as Ticket<NamedJob>;
        queue.serve(job, job.cost.tokens);
        return job;
      }) as [NamedJob];
      queue.correct(first, 50);
      for (const name of ['l6', 'l7']) add(name, of('a', 500));
      expect(drain(queue, true)).toEqual(['l3', 'l5', 'l6', 'l7']);
    });

    it('should find the job that would start last by turns, not the one that arrived last', () => {
      const { queue, add } = queueWith(...['l1', 'l2', 'l3'].map((name) => [name, of('a')] as const));
      add('l4', of('b'));
      expect(queue.worst()?.job.name).toBe('l3');
      add('l5', of('b', 1_000));
      expect(queue.worst()?.job.name).toBe('l3');
      add('l6', of('b'));
      expect(queue.worst()?.job.name).toBe('l6');
      queue.remove(find(queue, 'l5'));
      expect(queue.worst()?.job.name).toBe('l3');
      add('b1', of('b'));
      expect(queue.worst()?.job.name).toBe('b1');
    });

    it('should find exactly the job of one priority that starts last', () => {
      const job = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 1_000 }));
      fc.assert(
        fc.property(fc.array(job, { minLength: 1, maxLength: 20 }), fc.nat(19), (jobs, left) => {
          const { queue } = queueWith(...jobs.map(([tenant, cost], i) => [`l${i}`, of(tenant, cost)] as const));
          for (const ticket of [...queue].slice(0, Math.min(left, jobs.length - 1))) queue.remove(ticket);
          expect(queue.worst()).toBe([...queue.planned()].at(-1));
        }),
      );
    });

    it('should not let a job wait forever behind new ones', () => {
      const { queue, add } = queueWith(['l1', of('a', 100)], ['l2', of('a', 100)]);
      const started: string[] = [];
      for (let i = 3; i < 10; i++) {
        add(`l${i}`, of(`new ${i}`, 100));
        const ticket = next(queue) as Ticket<NamedJob>;
        started.push(ticket.job.name);
        queue.serve(ticket.job, 100);
      }
      expect(started.slice(0, 4)).toEqual(['l1', 'l3', 'l2', 'l4']);
    });

    it.each([
      ['several', ['b']],
      ['one', []],
    ])('should forget the granted tokens of tenants when the queue becomes empty: %s', (_, others) => {
      const { queue, add } = queueWith(['l1', of('a')], ...others.map((tenant) => ['l2', of(tenant)] as const));
      queue.serve(find(queue, 'l1').job, 1_000);
      drain(queue);
      add('l3', of('b'));
      add('l4', of('a'));
      add('l5', of('b'));
      expect(drain(queue, true)).toEqual(['l3', 'l4', 'l5']);
    });

    // Without a way to collect garbage, memory cannot be measured.
    it.skipIf(globalThis.gc === undefined)(
      'should forget tenants without waiting jobs while another tenant waits',
      () => {
        const { queue, add } = queueWith(['b', of('stays')]);
        const heap = (): number => {
          globalThis.gc?.();
          return process.memoryUsage().heapUsed;
        };
        const before = heap();
        for (let i = 0; i < 20_000; i++) {
          add('h', of(`goes ${i}`));
          const ticket = next(queue) as Ticket<NamedJob>;
          expect(ticket.job.name).toBe('h');
          queue.serve(ticket.job, 10);
        }
        // Each tenant takes about 300 bytes, and about a thousand are kept.
        expect(heap() - before).toBeLessThan(2_000_000);
        // The tenant that has waited all the time is still known.
        add('b2', of('late'));
        queue.serve(find(queue, 'b').job, 1e6);
        expect(drain(queue)).toEqual(['b2', 'b']);
      },
    );

    it('should remember which of many tenants was granted more', () => {
      const { queue, add } = queueWith(['l0', of('has had much')], ['l1', of('other')], ['b', of('stays')]);
      queue.serve((next(queue) as Ticket<NamedJob>).job, 1e6);
      queue.serve((next(queue) as Ticket<NamedJob>).job, 10);
      for (let i = 0; i < 2_000; i++) add('h', of(`more ${i}`));
      for (let i = 0; i < 2_000; i++) queue.serve((next(queue) as Ticket<NamedJob>).job, 10);
      add('l2', of('has had much'));
      add('l3', of('comes last'));
      expect(drain(queue)).toEqual(['l3', 'l2', 'b']);
    });

    it('should not forget a tenant whose job waits while many others come and go', () => {
      const { queue, add } = queueWith(['b0', of('waits')]);
      for (let i = 0; i < 1_500; i++) {
        add('h', of(`goes ${i}`));
        queue.serve((next(queue) as Ticket<NamedJob>).job, 10);
      }
      // Another request of the same tenant has used more than it was granted.
      queue.correct(find(queue, 'b0').job, 1e6);
      add('b1', of('other'));
      expect(drain(queue)).toEqual(['b1', 'b0']);
    });

    it('should start over with the tokens of tenants when nobody waits any more', () => {
      const { queue, add } = queueWith(['l0', of('a')], ['l00', of('b')]);
      for (const tokens of [1e6, 10]) queue.serve((next(queue) as Ticket<NamedJob>).job, tokens);
      add('l1', of('a'));
      add('l2', of('c'));
      expect(drain(queue)).toEqual(['l1', 'l2']);
    });

    it('should plan the next jobs of very many tenants without looking at most of them', () => {
      const queue = new DeadlineQueue<NamedJob>(DEFAULT_SLACK, { left: () => undefined });
      const make = jobMaker();
      // All have the same deadline, so each comparison reads it.
      const reads = new ReadsOf<NamedJob>('seq');
      for (let i = 0; i < 5_000; i++) queue.add(reads.in(make(`l${i}`, of(`tenant ${i}`))));
      reads.count = 0;
      const order = queue.planned()[Symbol.iterator]();
      const names = [1, 2, 3].map(() => (order.next().value as Ticket<NamedJob>).job.name);
      expect(names).toEqual(['l0', 'l1', 'l2']);
      expect(reads.count).toBeLessThan(100);
    });

    it('should not forget a tenant that has just arrived as one of many', () => {
      for (const count of [998, 999, 1_000]) {
        const { queue, add } = queueWith(['b', of('stays')]);
        for (let i = 0; i < count; i++) {
          add('h', of(`goes ${i}`));
          queue.serve((next(queue) as Ticket<NamedJob>).job, 10);
        }
        const { job } = find(queue, add('l1', of('new')).name);
        // Another request of the same tenant has used more than it was granted.
        queue.correct(job, 1e6);
        add('l2', of('other'));
        expect(drain(queue)).toEqual(['l2', 'l1', 'b']);
      }
    });

    it('should compare a deadline with the earliest one of all other priorities', () => {
      const { queue } = queueWith(
        ['h1', of('a', 10, { deadline: 10 })],
        ['h2', of('b', 10, { deadline: 30 })],
        ['m', { deadline: 20 }],
        ['l', { deadline: 40 }],
      );
      queue.serve(find(queue, 'h1').job, 1_000);
      // b was granted less, but m has an earlier deadline than h2. Without m, h2 may overtake h1.
      expect(queue.peek()?.job.name).toBe('h1');
      queue.remove(find(queue, 'm'));
      expect(drain(queue)).toEqual(['h2', 'h1', 'l']);
    });

    it('should use the next earliest deadline of a tenant after its first job has left', () => {
      const { queue } = queueWith(
        ['l1', of('a', 10, { deadline: 1 })],
        ['l2', of('a', 10, { deadline: 100 })],
        ['l3', of('b', 10, { deadline: 50 })],
        ['m', { deadline: 60 }],
      );
      expect(drain(queue)).toEqual(['l1', 'l3', 'm', 'l2']);
    });

    it('should not save up tokens that are given back for a tenant whose granted tokens were forgotten', () => {
      const { queue, add } = queueWith(['l1', of('a', 1_000)]);
      const first = next(queue) as Ticket<NamedJob>;
      for (const name of ['l2', 'l3']) add(name, of('a'));
      for (const name of ['l4', 'l5']) add(name, of('b'));
      queue.correct(first.job, -900);
      expect(drain(queue, true)).toEqual(['l2', 'l4', 'l3', 'l5']);
    });

    it('should ignore tokens of an unknown tenant', () => {
      const { queue } = queueWith('l');
      queue.serve(jobMaker()('x', { tenant: 'gone' }), 10);
      expect(drain(queue)).toEqual(['l']);
    });

    it('should search the best job again when a job returns with an old deadline', () => {
      const { queue, add } = queueWith(['l1', of('a', 10, { arrival: 5 })], ['l2', of('b', 10, { arrival: 6 })]);
      expect(queue.peek()?.job.name).toBe('l1');
      add('l0', of('b', 10, { arrival: 1 }));
      expect(drain(queue)).toEqual(['l0', 'l1', 'l2']);
    });
  });

  describe('worst', () => {
    it('should be the last job by deadline, also when older jobs were added later', () => {
      const lifetime = new Subscription();
      const { queue } = queueWith(['l3', { arrival: 3, lifetime }], ['l1', { arrival: 1 }], ['l2', { arrival: 2 }]);
      lifetime.unsubscribe();
      expect([queue.peek()?.job.name, queue.worst()?.job.name]).toEqual(['l1', 'l2']);
    });

    const tenant = fc.constantFrom('a', 'b', 'c', 'd');
    const step = (priorities: readonly string[]) =>
      fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({ type: fc.constant('add'), of: fc.constantFrom(...priorities), tenant, n: fc.nat(99) }),
        },
        fc.record({ type: fc.constantFrom('next', 'remove', 'worst'), of: fc.constant(''), tenant, n: fc.nat(99) }),
        fc.record({ type: fc.constant('correct'), of: fc.constant(''), tenant, n: fc.integer({ min: -99, max: 99 }) }),
      );
    type Step = ReturnType<typeof step> extends fc.Arbitrary<infer T> ? T : never;

    const doing = (queue: DeadlineQueue<NamedJob>, make = jobMaker()) => {
      const act = (ticket: Ticket<NamedJob> | undefined, then?: (job: NamedJob) => void): void => {
        if (ticket !== undefined && queue.remove(ticket)) then?.(ticket.job);
      };
      return ({ type, of, tenant, n }: Step): void => {
        if (type === 'add') queue.add(make(of, { tenant, cost: tokens(1 + (n % 7)), arrival: n * 9_000 }));
        else if (type === 'correct') queue.correct(make('l', { tenant }), n);
        else if (type === 'worst') act(queue.worst());
        else if (type === 'remove') act([...queue][n % queue.size]);
        else {
          act(queue.peek(), (job) => {
            queue.serve(job, n);
          });
        }
      };
    };

    it('should stay the job that starts last, whatever comes, goes, or is granted', () => {
      fc.assert(
        fc.property(fc.array(step(['l']), { maxLength: 40 }), (steps) => {
          const { queue } = queueWith();
          const act = doing(queue);
          for (const each of steps) {
            // Of one tenant, an older job that came later does not start last.
            act({ ...each, n: each.type === 'add' ? 0 : each.n });
            expect(queue.worst()).toBe([...queue.planned()].at(-1));
          }
        }),
      );
    });

    it('should not depend on whether it was asked for before', () => {
      fc.assert(
        fc.property(fc.array(step(['h', 'm', 'l', 'b']), { maxLength: 40 }), (steps) => {
          const { queue: asked } = queueWith();
          const act = doing(asked);
          const done: Step[] = [];
          for (const each of steps) {
            if (each.type === 'worst') asked.worst();
            else {
              act(each);
              done.push(each);
            }
            const { queue: fresh } = queueWith();
            done.forEach(doing(fresh));
            expect(asked.worst()?.job.seq).toBe(fresh.worst()?.job.seq);
          }
        }),
      );
    });

    it('should be found without looking at all tenants for each that leaves', () => {
      const { queue } = queueWith();
      const make = jobMaker();
      // All have had the same and have the same deadline, so each comparison reads it.
      const reads = new ReadsOf<NamedJob>('seq');
      const count = 2_000;
      for (let i = 0; i < count; i++) queue.add(reads.in(make(`l${i}`, { tenant: `tenant ${i}` })));
      reads.count = 0;
      for (let i = count - 1; i >= 100; i--) {
        const ticket = queue.worst() as Ticket<NamedJob>;
        expect(ticket.job.name).toBe(`l${i}`);
        queue.remove(ticket);
      }
      expect(reads.count).toBeLessThan(200 * count);
    });
  });
});
