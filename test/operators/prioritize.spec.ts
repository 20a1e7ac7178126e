import { EMPTY, map, NEVER, type Observable, Subject, Subscription, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { QueueFullError } from '../../src/errors/QueueFullError.ts';
import type { Backlog } from '../../src/model/Backlog.ts';
import type { Priority } from '../../src/model/Priority.ts';
import { prioritize } from '../../src/operators/prioritize.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { jobMaker, type NamedJob } from '../util/jobs.ts';
import { marbles } from '../util/marbles.ts';
import { type RunHelpers, rx } from '../util/rx.ts';
import { told } from '../util/told.ts';

/** The name of the best waiting job, at each emission. */
const best = (source: Observable<Backlog<NamedJob>>): Observable<string | undefined> =>
  source.pipe(map((backlog) => backlog.peek()?.job.name));

/** Turns names into jobs that arrive when their marble does. */
const arriving =
  ({ scheduler }: RunHelpers, make = jobMaker()) =>
  (source: Observable<string>): Observable<NamedJob> =>
    source.pipe(map((name) => make(name, { arrival: scheduler.now() })));

const drain = (backlog: Backlog<NamedJob>): string => {
  let names = '';
  for (let ticket = backlog.peek(); ticket !== undefined; ticket = backlog.peek()) {
    names += ticket.job.name;
    backlog.remove(ticket);
  }
  return names;
};

const bad = new Error('bad');

describe('prioritize', () => {
  it('should behave as its marble diagram shows', () => {
    rx((helpers) => {
      const { source, expected } = marbles('prioritize');
      helpers.expectObservable(helpers.hot(source).pipe(arriving(helpers), prioritize(), best)).toBe(expected);
    });
  });

  it('should emit one live backlog and complete when it is drained', () => {
    const jobs = new Subject<NamedJob>();
    const seen: Backlog<NamedJob>[] = [];
    let completed = false;
    jobs.pipe(prioritize()).subscribe({ next: (b) => seen.push(b), complete: () => (completed = true) });
    const make = jobMaker();
    for (const name of 'lbmh') jobs.next(make(name));
    jobs.complete();
    expect(new Set(seen).size).toBe(1);
    expect(completed).toBe(false);
    expect(drain(seen[0] as Backlog<NamedJob>)).toBe('hmlb');
    expect(completed).toBe(true);
  });

  it.each(['urgent', 'constructor', '__proto__'])(
    'should fail when a job has the unknown priority %s, and say which there are',
    (unknown) => {
      rx(({ cold, expectObservable }) => {
        const job = jobMaker()('a', { priority: unknown as Priority });
        expectObservable(cold('-a-', { a: job }).pipe(prioritize())).toBe(
          '-#',
          undefined,
          expect.objectContaining({
            code: 'GROQ_ERR_VALIDATION',
            message: `The job: \`priority\` must be one of "high", "normal", "low", "background", got "${unknown}". Correct its priority; nothing was sent.`,
          }),
        );
      });
    },
  );

  it('should let the older of two equal jobs go first', () => {
    rx((helpers) => {
      const source = helpers.hot('abc|', { a: 'l1', b: 'l2', c: 'l3' });
      const subs = '              ^--!';
      let backlog: Backlog<NamedJob> | undefined;
      const result = source.pipe(
        arriving(helpers),
        prioritize(),
        map((b) => {
          backlog = b;
        }),
      );
      helpers.expectObservable(result).toBe('xxx', { x: undefined });
      helpers.expectSubscriptions(source.subscriptions).toBe(subs);
      helpers.flush();
      expect(drain(backlog as Backlog<NamedJob>)).toBe('l1l2l3');
    });
  });

  it('should let a higher priority overtake only while its deadline is earlier', () => {
    const jobs = new Subject<NamedJob>();
    let backlog: Backlog<NamedJob> | undefined;
    jobs.pipe(prioritize({ slack: { low: 20 } })).subscribe((b) => (backlog = b));
    const make = jobMaker();
    jobs.next(make('l', { arrival: 0 }));
    jobs.next(make('h', { arrival: 21 }));
    jobs.next(make('hh', { arrival: 19 }));
    expect(drain(backlog as Backlog<NamedJob>)).toBe('hhlh');
  });

  it('should restore the place of a job that returns with its old arrival', () => {
    const jobs = new Subject<NamedJob>();
    let backlog: Backlog<NamedJob> | undefined;
    jobs.pipe(prioritize()).subscribe((b) => (backlog = b));
    const make = jobMaker();
    const first = make('l1', { arrival: 1 });
    const second = make('l2', { arrival: 2 });
    for (const job of [make('l3', { arrival: 3 }), make('l4', { arrival: 4 }), second, first]) jobs.next(job);
    expect(drain(backlog as Backlog<NamedJob>)).toBe('l1l2l3l4');
  });

  it('should drop a job when its lifetime ends, and emit when it was the best', () => {
    const jobs = new Subject<NamedJob>();
    const lifetime = new Subscription();
    const seen: (string | undefined)[] = [];
    jobs.pipe(prioritize(), best).subscribe((name) => seen.push(name));
    const make = jobMaker();
    jobs.next(make('l'));
    jobs.next(make('h', { lifetime }));
    lifetime.unsubscribe();
    expect(seen).toEqual(['l', 'h', 'l']);
  });

  it('should not add a job whose lifetime is over', () => {
    const jobs = new Subject<NamedJob>();
    const seen: (string | undefined)[] = [];
    jobs.pipe(prioritize(), best).subscribe((name) => seen.push(name));
    jobs.next(jobMaker()('l', { lifetime: Subscription.EMPTY }));
    expect(seen).toEqual([]);
  });

  it('should not evict a job for one whose lifetime is over, nor for a returning one', async () => {
    const jobs = new Subject<NamedJob>();
    const make = jobMaker();
    const refused: string[] = [];
    const seen: Backlog<NamedJob>[] = [];
    const refuse = ({ name }: NamedJob) => refused.push(name);
    jobs.pipe(prioritize({ maxQueued: 1, refuse })).subscribe((backlog) => seen.push(backlog));
    jobs.next(make('l'));
    jobs.next(make('h', { lifetime: Subscription.EMPTY }));
    jobs.next(make('h', { attempt: 2 }));
    await Promise.resolve();
    expect([refused, seen.at(-1)?.size]).toEqual([[], 2]);
  });

  it('should refuse no more jobs than came, however full returning ones have made it', async () => {
    const jobs = new Subject<NamedJob>();
    const make = jobMaker();
    const refused: string[] = [];
    jobs.pipe(prioritize({ maxQueued: 1, refuse: ({ name }) => refused.push(name) })).subscribe();
    jobs.next(make('l1'));
    jobs.next(make('h', { attempt: 2 }));
    jobs.next(make('l2'));
    await Promise.resolve();
    expect(refused).toEqual(['l2']);
  });

  it('should fail when the backlog is full and refusals are not handled', async () => {
    const jobs = new Subject<NamedJob>();
    const make = jobMaker();
    const result = told(jobs.pipe(prioritize({ maxQueued: 1 }), best));
    for (const name of ['l1', 'l2', 'l3']) jobs.next(make(name));
    await Promise.resolve();
    expect(result.values.all).toEqual(['l1', 'l1', 'l1']);
    expect(result.ends).toEqual([['error', expect.any(QueueFullError)]]);
    expect(jobs.observed).toBe(false);
  });

  it('should fail with the error that `refuse` throws, and refuse nothing after it', () => {
    const jobs = new Subject<NamedJob>();
    const make = jobMaker();
    const scheduler = virtualClock();
    const refused: string[] = [];
    const refuse = ({ name }: NamedJob): void => {
      refused.push(name);
      throw bad;
    };
    const result = told(jobs.pipe(prioritize({ maxQueued: 1, refuse, scheduler })));
    for (const name of ['l1', 'l2', 'l3']) jobs.next(make(name));
    scheduler.flush();
    expect([refused, result.ends]).toEqual([['l3'], [['error', bad]]]);
    expect(jobs.observed).toBe(false);
  });

  it('should complete when the last job has left, and not before', () => {
    const jobs = new Subject<NamedJob>();
    const [first, last] = [new Subscription(), new Subscription()];
    const make = jobMaker();
    const result = told(jobs.pipe(prioritize(), best));
    jobs.next(make('h', { lifetime: first }));
    jobs.next(make('l', { lifetime: last }));
    jobs.complete();
    first.unsubscribe();
    expect([result.values.all, result.ends]).toEqual([['h', 'h', 'l'], []]);
    last.unsubscribe();
    expect([result.values.all, result.ends]).toEqual([['h', 'h', 'l'], [['complete']]]);
  });

  it('should not emit when its consumer takes the last job', () => {
    const jobs = new Subject<NamedJob>();
    const seen: Backlog<NamedJob>[] = [];
    jobs.pipe(prioritize()).subscribe((backlog) => seen.push(backlog));
    jobs.next(jobMaker()('l'));
    expect(drain(seen[0] as Backlog<NamedJob>)).toBe('l');
    expect(seen).toHaveLength(1);
  });

  it('should refuse no job after it was unsubscribed', async () => {
    const jobs = new Subject<NamedJob>();
    const make = jobMaker();
    const refused: string[] = [];
    const refuse = ({ name }: NamedJob) => refused.push(name);
    const left = jobs.pipe(prioritize({ maxQueued: 1, refuse })).subscribe();
    const stays = new Subject<NamedJob>();
    stays.pipe(prioritize({ maxQueued: 1, refuse })).subscribe();
    for (const name of ['l1', 'l2']) jobs.next(make(name));
    for (const name of ['l3', 'l4']) stays.next(make(name));
    left.unsubscribe();
    await Promise.resolve();
    expect(refused).toEqual(['l4']);
  });

  it('should hold no action of its scheduler that has run', () => {
    const clock = virtualClock();
    const actions: Subscription[] = [];
    const schedule = <T>(...args: Parameters<typeof clock.schedule<T>>): Subscription => {
      const action = clock.schedule(...args);
      actions.push(action);
      return action;
    };
    const jobs = new Subject<NamedJob>();
    const make = jobMaker();
    const scheduler = { now: () => clock.now(), schedule };
    const refused: string[] = [];
    const refuse = ({ name }: NamedJob): number => refused.push(name);
    const subscription = jobs.pipe(prioritize({ maxQueued: 1, refuse, scheduler })).subscribe();
    for (const name of ['a', 'b', 'c']) {
      jobs.next(make(name));
      clock.flush();
    }
    jobs.next(make('d'));
    subscription.unsubscribe();
    expect(refused).toEqual(['b', 'c']);
    // Only the one that was still to run is cancelled.
    expect(actions.map(({ closed }) => closed)).toEqual([false, false, true]);
  });

  it('should complete at once for an empty source, and never for one that never completes', () => {
    rx(({ expectObservable }) => {
      expectObservable(EMPTY.pipe(prioritize())).toBe('|');
      expectObservable(NEVER.pipe(prioritize()), '-----!').toBe('------');
    });
  });

  it('should pass an error on', () => {
    rx(({ expectObservable }) => {
      expectObservable(throwError(() => bad).pipe(prioritize())).toBe('#', undefined, bad);
    });
  });

  it('should unsubscribe from its source early', () => {
    rx((helpers) => {
      const source = helpers.hot('l-l-l-l');
      helpers.expectObservable(source.pipe(arriving(helpers), prioritize(), best), '---!').toBe('l-l');
      helpers.expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });
});
