import { concatMap, defer, delay, from, map, type Observable, of, Subscription, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/model/Verdict.ts';
import { prioritize } from '../../src/operators/prioritize.ts';
import { throttleByBucket } from '../../src/operators/throttleByBucket.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import { quota } from '../../src/testing/quota.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { jobMaker, type NamedJob, tokens } from '../util/jobs.ts';
import { type RunHelpers, rx } from '../util/rx.ts';

describe('throttleByBucket with a store that is sometimes asynchronous', () => {
  it('should wait for an asynchronous verdict without polling', () => {
    const clock = virtualClock();
    let scheduled = 0;
    const scheduler: typeof clock = {
      ...clock,
      now: () => clock.now(),
      schedule: (...args: Parameters<typeof clock.schedule>) => {
        if (scheduled++ > 100) throw new Error('it looks again and again');
        return clock.schedule(...args);
      },
    };
    const inner = quota(10, 100, { scheduler: clock, unit: 'tokens' });
    const store: LimitStore = {
      ...inner,
      reserve: (reservation) => {
        const verdict = inner.reserve(reservation) as Verdict;
        return reservation.cost.tokens === 1 ? of(verdict).pipe(delay(500, clock)) : verdict;
      },
    };
    const job = jobMaker();
    const granted: string[] = [];
    // The first job leaves one token, the second has to wait, and the third may pass it.
    of(job('l1', { cost: tokens(9) }), job('l2', { cost: tokens(8), deadline: 1_000 }), job('l3', { deadline: 2_000 }))
      .pipe(throttleByBucket({ store, scheduler }))
      .subscribe(({ job: { name } }) => granted.push(`${name} ${clock.now()}`));
    clock.flush();
    expect(granted[0]).toBe('l1 0');
    expect(granted).toHaveLength(3);
  });
});

describe('a blocked job, with a store that takes five frames for each answer', () => {
  /**
   * The level is 4 of 10 tokens, and rises by one in 100 frames. The large job `l` needs 9; `m` needs 5, and others
   * need 1, and delay `l` by 100 frames if they pass it.
   */
  const setUp = (helpers: RunHelpers, slack = 6_000, rest: (name: string) => Partial<NamedJob> = () => ({})) => {
    const { scheduler } = helpers;
    const inner = quota(10, 1_000, { ...helpers, unit: 'tokens' });
    void inner.reserve({ key: 'm', id: 'others', cost: tokens(6) });
    const asked: string[] = [];
    const store: LimitStore = {
      ...inner,
      reserve: (reservation) => {
        asked.push(`${reservation.cost.tokens} ${scheduler.now()}`);
        const verdict = inner.reserve(reservation) as Verdict;
        return timer(5, scheduler).pipe(map(() => verdict));
      },
    };
    const make = jobMaker({ priority: 'low' });
    const granted: string[] = [];
    const start = (names: string): Subscription =>
      helpers
        .hot(names)
        .pipe(
          map((name) =>
            make(name, { arrival: scheduler.now(), cost: tokens({ l: 9, m: 5 }[name] ?? 1), ...rest(name) }),
          ),
          prioritize({ slack: { low: slack } }),
          throttleByBucket<NamedJob>({ store, scheduler }),
        )
        .subscribe(({ job: { name } }) => granted.push(`${name} ${scheduler.now()}`));
    /** The reservations that are open, besides that of the others. */
    const open = (): number => inner.open.size - 1;
    return { asked, granted, start, open, settled: inner.settled };
  };

  it('should be passed by the first job that fits, after others that do not fit either', () => {
    rx((helpers) => {
      const { granted, start } = setUp(helpers);
      start('(lma)');
      helpers.flush();
      expect(granted[0]).toBe('a 15');
      expect(granted).toHaveLength(3);
    });
  });

  it.each([
    ['the blocked job', '(la)h', 600, 'h 10'],
    ['one that may pass', '(lma)--h', 6_000, 'h 15'],
  ])('should not be passed any more when a better job arrives during the question for %s', (_, names, slack, first) => {
    rx((helpers) => {
      const urgent = { priority: 'high' as const, cost: tokens(4) };
      const { granted, start } = setUp(helpers, slack, (name) => (name === 'h' ? urgent : {}));
      start(names);
      helpers.flush();
      expect(granted[0]).toBe(first);
    });
  });

  it('should not have the turn of a job counted that left while the store thought about it', () => {
    rx((helpers) => {
      const lifetime = new Subscription();
      // A quarter of the slack lets only one pass.
      const { granted, start, open, settled } = setUp(helpers, 600, (name) => (name === 'a' ? { lifetime } : {}));
      start('(lab)');
      timer(7, helpers.scheduler).subscribe(() => {
        lifetime.unsubscribe();
      });
      helpers.flush();
      expect(granted.map((each) => each.charAt(0))).toEqual(['b', 'l']);
      expect(settled.map(([, { type }]) => type)).toEqual(['unsent']);
      expect(open()).toBe(2);
    });
  });

  it.each([
    ['the blocked job', 2, ['9 0'], []],
    ['one that does not fit either', 7, ['9 0', '5 5'], []],
    ['one that may pass', 12, ['9 0', '5 5', '1 10'], ['unsent']],
  ])('should lead to no more questions when unsubscribed during that for %s', (_, at, questions, outcomes) => {
    rx((helpers) => {
      const { asked, granted, start, open, settled } = setUp(helpers);
      const running = start('(lmab)');
      timer(at, helpers.scheduler).subscribe(() => {
        running.unsubscribe();
      });
      helpers.flush();
      expect([asked, granted]).toEqual([questions, []]);
      expect(settled.map(([, { type }]) => type)).toEqual(outcomes);
      expect(open()).toBe(0);
    });
  });
});

describe('a store that fails only after a while', () => {
  const failing = (helpers: RunHelpers, failures: number): LimitStore => {
    const inner = quota(9, 90, helpers);
    let asked = 0;
    return {
      ...inner,
      reserve: (reservation) => {
        asked += 1;
        if (asked > failures) return inner.reserve(reservation);
        return timer(3, helpers.scheduler).pipe(concatMap(() => throwError(() => new Error('down'))));
      },
    };
  };

  it('should not keep the other jobs waiting', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const refused: string[] = [];
      const make = jobMaker();
      const heard: string[] = [];
      from([make('a'), make('b')])
        .pipe(
          throttleByBucket({
            store: failing(helpers, 1),
            scheduler,
            refuse: ({ name }) => refused.push(`${name} ${scheduler.now()}`),
          }),
        )
        .subscribe({
          next: ({ job }) => heard.push(`${job.name} ${scheduler.now()}`),
          complete: () => heard.push('end'),
        });
      helpers.flush();
      expect([refused, heard]).toEqual([['a 3'], ['b 3', 'end']]);
    });
  });

  it('should not refuse a job that has left', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const lifetime = new Subscription();
      const refused: string[] = [];
      timer(1, scheduler).subscribe(() => {
        lifetime.unsubscribe();
      });
      of(jobMaker({ lifetime })('a'))
        .pipe(
          throttleByBucket({
            store: failing(helpers, 1),
            scheduler,
            refuse: ({ name }) => refused.push(name),
          }),
        )
        .subscribe();
      helpers.flush();
      expect(refused).toEqual([]);
    });
  });
});

describe('a store that answers notifications with cold Observables', () => {
  it('should have each of them subscribed to', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const done: string[] = [];
      const doing = (what: string) => (): Observable<void> =>
        defer(() => {
          done.push(what);
          return of(undefined);
        });
      const store: LimitStore = {
        ...quota(9, 90, helpers),
        sent: doing('sent'),
        learn: doing('learn'),
        settle: doing('settle'),
      };
      of(jobMaker()('a'))
        .pipe(throttleByBucket({ store, scheduler }))
        .subscribe((grant) => {
          grant.sent();
          grant.learn({});
          grant.settle({ type: 'unknown' });
        });
      helpers.flush();
      expect(done).toEqual(['sent', 'learn', 'settle']);
    });
  });
});
