import { concat, EMPTY, from, map, NEVER, of, Subject, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import type { GroqError } from '../../src/errors/GroqError.ts';
import { isRequestTooLargeError, isTimeoutError } from '../../src/errors/guards.ts';
import type { BucketLevel } from '../../src/model/Limits.ts';
import type { Verdict } from '../../src/model/Verdict.ts';
import { prioritize } from '../../src/operators/prioritize.ts';
import { throttleByBucket } from '../../src/operators/throttleByBucket.ts';
import type { LimitChange, LimitStore } from '../../src/ports/LimitStore.ts';
import { quota } from '../../src/testing/quota.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { jobMaker, type NamedJob, tokens } from '../util/jobs.ts';
import { rx } from '../util/rx.ts';
import { arriving, bad, names } from '../util/throttling.ts';

describe('the jobs that throttleByBucket refuses', () => {
  it('should refuse a job at once that can never fit, and not block the others', () => {
    rx((helpers) => {
      const source = helpers.hot('(hl)|');
      const expected = '          l---|';
      const refused: [string, GroqError][] = [];
      const throttle = throttleByBucket<NamedJob>({
        store: quota(10, 100, { ...helpers, unit: 'tokens' }),
        scheduler: helpers.scheduler,
        refuse: (job, error) => refused.push([job.name, error]),
      });
      const cost = (name: string) => ({ cost: tokens(name === 'h' ? 11 : 1) });
      helpers.expectObservable(source.pipe(arriving(helpers, cost), prioritize(), throttle, names)).toBe(expected);
      helpers.flush();
      expect(refused).toMatchObject([['h', { cost: 11, limit: 10, model: 'm' }]]);
      expect(refused[0]?.[1]).toSatisfy(isRequestTooLargeError);
    });
  });

  it('should fail with a refusal that is not handled', () => {
    rx((helpers) => {
      const source = helpers.hot('h-----');
      const throttle = throttleByBucket<NamedJob>({ store: quota(1, 10, helpers), scheduler: helpers.scheduler });
      const cost = () => ({ cost: { ...tokens(1), requests: 2 } });
      const result = source.pipe(arriving(helpers, cost), throttle, names);
      const seen: unknown[] = [];
      result.subscribe({ error: (error: unknown) => seen.push(error) });
      helpers.flush();
      expect(seen).toHaveLength(1);
      expect(seen[0]).toSatisfy(isRequestTooLargeError);
      helpers.expectSubscriptions(source.subscriptions).toBe('(^!)');
    });
  });

  it('should refuse jobs that have waited too long, wherever they are in the queue', () => {
    rx((helpers) => {
      const source = helpers.hot('(hlm)------|');
      const expected = '          h-------------------(m|)';
      const refused: string[] = [];
      const throttle = throttleByBucket<NamedJob>({
        store: quota(1, 20, helpers),
        scheduler: helpers.scheduler,
        refuse: (job, error) => refused.push(`${job.name}${helpers.scheduler.now()}${String(isTimeoutError(error))}`),
      });
      const until = (name: string) => (name === 'l' ? { expiresAt: 7 } : {});
      helpers.expectObservable(source.pipe(arriving(helpers, until), prioritize(), throttle, names)).toBe(expected);
      helpers.flush();
      expect(refused).toEqual(['l7true']);
    });
  });

  const NEVER_FITS: Verdict = { type: 'never', dimension: 'rpm', cost: 2, limit: 1 };

  it.each<[string, (reserved: Subject<Verdict>, levels: Subject<readonly BucketLevel[]>) => void]>([
    [
      'says that it never fits',
      (reserved) => {
        reserved.next(NEVER_FITS);
      },
    ],
    [
      'fails',
      (reserved) => {
        reserved.error(bad);
      },
    ],
    [
      'shows lower limits',
      (_, levels) => {
        levels.next([{ dimension: 'rpm', limit: 0, level: 0, rate: 0, foreign: 0, pausedFor: 0 }]);
      },
    ],
  ])('should refuse no job after it was unsubscribed, when the store %s', (_, answer) => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const reserved = new Subject<Verdict>();
      const levels = new Subject<readonly BucketLevel[]>();
      const changes = new Subject<LimitChange>();
      const store: LimitStore = {
        reserve: () => reserved,
        settle: () => undefined,
        changes: () => changes,
        levels: () => levels,
      };
      const refused: string[] = [];
      const throttle = throttleByBucket<NamedJob>({ store, scheduler, refuse: ({ name }) => refused.push(name) });
      const subscription = helpers.hot('a').pipe(arriving(helpers), throttle).subscribe();
      timer(5, scheduler).subscribe(() => {
        changes.next('limits');
        subscription.unsubscribe();
        answer(reserved, levels);
      });
      helpers.flush();
      expect(refused).toEqual([]);
    });
  });

  it('should refuse no other job after a refusal has ended it', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const refused: string[] = [];
      const refuse = ({ name }: NamedJob): void => {
        refused.push(name);
        subscription.unsubscribe();
      };
      const throttle = throttleByBucket<NamedJob>({ store: quota(1, 1_000, helpers), scheduler, refuse });
      const late = () => ({ expiresAt: 5 });
      const subscription = helpers.hot('(abc)').pipe(arriving(helpers, late), throttle).subscribe();
      helpers.flush();
      expect(refused).toEqual(['b']);
    });
  });

  it('should not await the levels of a store that cannot tell them now', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const levels$ = new Subject<readonly BucketLevel[]>();
      const store: LimitStore = { ...quota(1, 1_000, helpers), levels: () => levels$ };
      const refused: string[] = [];
      const throttle = throttleByBucket<NamedJob>({
        store,
        scheduler,
        refuse: ({ name }, error) => refused.push(`${name}${String(isTimeoutError(error))}`),
      });
      const late = () => ({ expiresAt: 5 });
      helpers.hot('(ab)').pipe(arriving(helpers, late), throttle).subscribe();
      helpers.flush();
      expect([refused, levels$.observed]).toEqual([['btrue'], false]);
    });
  });

  it('should refuse jobs that expire at the same time in order of arrival', () => {
    rx((helpers) => {
      const refused: string[] = [];
      const throttle = throttleByBucket<NamedJob>({
        store: quota(1, 1_000, helpers),
        scheduler: helpers.scheduler,
        refuse: ({ name }) => refused.push(name),
      });
      const late = () => ({ expiresAt: 9 });
      const source = helpers.hot('(abcdef)');
      const subscription = source.pipe(arriving(helpers, late), prioritize(), throttle).subscribe();
      timer(20, helpers.scheduler).subscribe(() => {
        subscription.unsubscribe();
      });
      helpers.flush();
      expect(refused.join('')).toBe('bcdef');
    });
  });

  it('should report the limit of the wait without rounding errors', () => {
    rx((helpers) => {
      const errors: GroqError[] = [];
      const make = jobMaker({ arrival: 3.3, expiresAt: 3.3 + 7 });
      of(make('h'), make('l'))
        .pipe(
          prioritize(),
          throttleByBucket({
            store: quota(1, 90, helpers),
            scheduler: helpers.scheduler,
            refuse: (_, error) => errors.push(error),
          }),
        )
        .subscribe();
      helpers.flush();
      expect(errors).toMatchObject([{ limit: 7 }]);
      expect(String(errors[0])).toContain('within 7 ms.');
    });
  });

  it('should refuse many expired jobs in groups, since a prediction for each would take too long', () => {
    rx((helpers) => {
      const make = jobMaker();
      const refused: number[] = [];
      from(Array.from({ length: 1_000 }, (_, i) => make('l', { expiresAt: 10 + i })))
        .pipe(
          prioritize(),
          throttleByBucket({
            store: quota(1, 9_000, helpers),
            scheduler: helpers.scheduler,
            refuse: () => refused.push(helpers.scheduler.now()),
          }),
        )
        .subscribe();
      helpers.flush();
      const moments = [...new Set(refused)];
      expect(refused).toHaveLength(999);
      expect(moments.slice(0, 4)).toEqual([11, 30, 49, 68]);
      // The last ones are refused exactly when they expire.
      expect(moments.slice(-48)).toEqual(Array.from({ length: 48 }, (_, i) => 962 + i));
    });
  });

  it('should refuse jobs that no longer fit a lowered limit, and none of another key', () => {
    const clock = virtualClock();
    const store = memoryLimitStore({ limits: { tpm: 100 }, scheduler: clock });
    const refused: string[] = [];
    const throttle = throttleByBucket<NamedJob>({
      store,
      scheduler: clock,
      key: ({ name }) => name.charAt(0),
      refuse: ({ name }, error) => refused.push(`${name} ${error.name} ${clock.now()}`),
    });
    for (const key of ['l', 'm']) void store.reserve({ key, id: 'others', cost: tokens(100), priority: 'low' });
    const make = jobMaker({ cost: tokens(60), priority: 'low' });
    const small = { cost: tokens(50) };
    const subscription = of(make('l1', small), make('l2'), make('m')).pipe(prioritize(), throttle).subscribe();
    clock.flush(2);
    store.setLimits('l', { tpm: 50 });
    clock.flush(3);
    expect(refused).toEqual(['l2 RequestTooLargeError 2']);
    subscription.unsubscribe();
  });

  it('should await the levels of a store when limits have changed, until it is unsubscribed', () => {
    const clock = virtualClock();
    const changes = new Subject<LimitChange>();
    const levels = new Subject<readonly BucketLevel[]>();
    const store: LimitStore = {
      reserve: () => ({ type: 'wait', ms: 50, dimension: 'rpm', rate: 1 }),
      settle: () => undefined,
      changes: () => changes,
      levels: () => levels,
    };
    const refused: string[] = [];
    const throttle = throttleByBucket<NamedJob>({ store, scheduler: clock, refuse: ({ name }) => refused.push(name) });
    const make = jobMaker();
    const subscription = concat(of(make('a')), NEVER)
      .pipe(throttle)
      .subscribe();
    clock.flush(1);
    changes.next('limits');
    levels.next([{ dimension: 'rpm', limit: 0, level: 0, rate: 0, foreign: 0, pausedFor: 0 }]);
    expect(refused).toEqual(['a']);
    changes.next('limits');
    expect(levels.observed).toBe(true);
    subscription.unsubscribe();
    expect(levels.observed).toBe(false);
  });

  it('should refuse no job by limits that have changed again', () => {
    rx((helpers) => {
      const { scheduler } = helpers;
      const changes = new Subject<LimitChange>();
      const tpm = { dimension: 'tpm', level: 0, rate: 1, foreign: 0, pausedFor: 0 } as const;
      // The answer about the lower limit comes last.
      const answers = [timer(9, scheduler).pipe(map(() => 1)), timer(2, scheduler).pipe(map(() => 100))];
      const store: LimitStore = {
        reserve: () => ({ type: 'wait', ms: 50, dimension: 'tpm', rate: 1 }),
        settle: () => undefined,
        changes: () => changes,
        levels: () => (answers.shift() ?? EMPTY).pipe(map((limit) => [{ ...tpm, limit }])),
      };
      const refused: string[] = [];
      const throttle = throttleByBucket<NamedJob>({ store, scheduler, refuse: ({ name }) => refused.push(name) });
      const large = () => ({ cost: tokens(10) });
      const subscription = helpers.hot('a').pipe(arriving(helpers, large), throttle).subscribe();
      timer(1, scheduler).subscribe(() => {
        changes.next('limits');
      });
      timer(3, scheduler).subscribe(() => {
        changes.next('limits');
      });
      timer(20, scheduler).subscribe(() => {
        subscription.unsubscribe();
      });
      helpers.flush();
      expect(refused).toEqual([]);
    });
  });

  it('should not refuse a job that a larger plan may hold when another limit changes', () => {
    const clock = virtualClock();
    const plans = [{ tpm: 100 }, { tpm: 1_000 }];
    const store = memoryLimitStore({ limits: { tpm: 100 }, plans, scheduler: clock });
    const refused: string[] = [];
    const refuse = ({ name }: NamedJob): void => {
      refused.push(name);
    };
    const throttle = throttleByBucket<NamedJob>({ store, scheduler: clock, inFlight: 1, refuse });
    const make = jobMaker();
    const jobs = [make('a'), make('b', { cost: tokens(500) }), make('c', { cost: tokens(1_001) })];
    const subscription = from(jobs).pipe(prioritize(), throttle).subscribe();
    clock.flush(2);
    store.setLimits('m', { rpm: 50 });
    clock.flush(3);
    expect(refused).toEqual(['c']);
    subscription.unsubscribe();
  });
});
