import { delay, finalize, from, identity, map, Observable, type SchedulerLike, Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Ticket } from '../../src/model/Backlog.ts';
import { DEFAULT_SLACK } from '../../src/model/Priority.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import { DeadlineQueue } from '../../src/rules/queue/DeadlineQueue.ts';
import type { Attempt } from '../../src/scheduler/Attempt.ts';
import { OutlookReporter } from '../../src/scheduler/OutlookReporter.ts';
import { quota } from '../../src/testing/quota.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { jobMaker, tokens } from '../util/jobs.ts';

describe('OutlookReporter', () => {
  it('should never schedule a negative delay, even if the clock advances between readings', () => {
    let now = 0;
    const delays: number[] = [];
    const hurried: SchedulerLike = {
      // Each reading advances the clock by more than the shortest wait.
      now: () => (now += 5),
      schedule: (_, delay = 0) => {
        delays.push(delay);
        return new Subscription();
      },
    };
    const reporter = new OutlookReporter({
      store: quota(1, 1_000, { scheduler: hurried }),
      key: 'm',
      scheduler: hurried,
      isFull: () => false,
    });
    const backlog = new DeadlineQueue<Attempt>(DEFAULT_SLACK, { left: () => undefined });
    reporter.add({ lifetime: new Subscription() } as unknown as Attempt);
    reporter.renew(backlog);
    expect(delays).toEqual([0]);
  });

  /** A reporter and waiting requests, in virtual time. */
  const setUp = (answerAfter: (question: number) => number = () => 0) => {
    const clock = virtualClock();
    const store = quota(1, 10_000, { scheduler: clock });
    void store.reserve({ key: 'm', id: '0', cost: tokens(1), priority: 'low' });
    let asked = 0;
    let open = 0;
    /** By how much its levels show starts later than they are, in milliseconds. */
    let late = 0;
    const levels: LimitStore['levels'] = (key) => {
      const wait = answerAfter(asked++);
      open += 1;
      return from(store.levels(key)).pipe(
        map((all) => all.map((each) => ({ ...each, level: each.level - late * each.rate }))),
        wait === 0 ? identity : delay(wait, clock),
        finalize(() => {
          open -= 1;
        }),
      );
    };
    let isFull = false;
    const reporter = new OutlookReporter({
      store: { ...store, levels },
      key: 'm',
      scheduler: clock,
      isFull: () => isFull,
    });
    const backlog = new DeadlineQueue<Attempt>(DEFAULT_SLACK, { left: () => undefined });
    const make = jobMaker();
    const wait = (name: string, told: (token: unknown) => void = () => undefined): Attempt => {
      const job = make(name);
      const attempts: Attempt[] = [];
      new Observable((lifetime) => {
        attempts.push({ ...job, lifetime } as unknown as Attempt);
      }).subscribe(told);
      const [attempt] = attempts;
      if (attempt === undefined) throw new Error('It was not subscribed to.');
      backlog.add(attempt);
      return attempt;
    };
    const shift = (ms: number): void => {
      late = ms;
    };
    const fill = (): void => {
      isFull = true;
    };
    return { clock, reporter, backlog, wait, asked: () => asked, open: () => open, shift, fill };
  };

  it('should be reported as soon as allowed, however often something changes until then', () => {
    const { clock, reporter, backlog, wait } = setUp();
    const heard: unknown[] = [];
    reporter.add(wait('l', (token) => heard.push([clock.now(), token])));
    for (const at of [0, 0.25, 0.5, 0.75]) {
      clock.flush(at);
      reporter.renew(backlog);
    }
    clock.flush(1);
    expect(heard).toEqual([[1, { type: 'state', state: 'queued', position: 0, startsInMs: 9_999 }]]);
    // One timer, until the predicted start.
    expect(clock.pending).toBe(1);
    clock.flush(300);
    reporter.renew(backlog);
    expect(clock.pending).toBe(1);
  });

  it('should not be reported to other requests', () => {
    const { clock, reporter, backlog, wait } = setUp();
    const heard: string[] = [];
    wait('l1', () => heard.push('l1'));
    reporter.add(wait('l2', () => heard.push('l2')));
    reporter.renew(backlog);
    clock.flush(1);
    expect(heard).toEqual(['l2']);
  });

  it('should forget a request that ends while another one is notified', () => {
    const { clock, reporter, backlog, wait } = setUp();
    const told: string[] = [];
    const first = wait('l1', () => {
      told.push('l1');
      second.lifetime.unsubscribe();
      first.lifetime.unsubscribe();
    });
    const second = wait('l2', () => told.push('l2'));
    reporter.add(first);
    reporter.add(second);
    reporter.renew(backlog);
    clock.flush(1);
    expect([told, clock.pending]).toEqual([['l1'], 0]);
  });

  it('should still be reported when another request leaves before', () => {
    const { clock, reporter, backlog, wait } = setUp();
    const heard: string[] = [];
    const [stays, leaves] = [wait('l1', () => heard.push('l1')), wait('l2', () => heard.push('l2'))];
    reporter.add(stays);
    reporter.add(leaves);
    reporter.renew(backlog);
    leaves.lifetime.unsubscribe();
    clock.flush(1);
    expect(heard).toEqual(['l1']);
  });

  it('should not be reported again when the start moves by no more than the time between reports', () => {
    const { clock, reporter, backlog, wait, shift } = setUp();
    const heard: unknown[] = [];
    reporter.add(wait('l', (token) => heard.push(token)));
    for (const [at, late] of [
      [0, 0],
      [300, 200],
      [600, 300],
    ] as const) {
      clock.flush(at);
      shift(late);
      reporter.renew(backlog);
    }
    clock.flush(1_000);
    const queued = { type: 'state', state: 'queued', position: 0 };
    expect(heard).toEqual([
      { ...queued, startsInMs: 9_999 },
      { ...queued, startsInMs: 9_699 },
    ]);
  });

  it('should not be reported again while the start is as unknown as before', () => {
    const { clock, reporter, backlog, wait, fill } = setUp();
    const heard: unknown[] = [];
    fill();
    reporter.add(wait('l', (token) => heard.push(token)));
    for (const at of [0, 300, 600]) {
      clock.flush(at);
      reporter.renew(backlog);
    }
    clock.flush(1_000);
    expect(heard).toEqual([{ type: 'state', state: 'queued', position: 0 }]);
  });

  it('should be reported less often when very many starts must be predicted', () => {
    const { clock, reporter, backlog, wait } = setUp();
    const heard: number[] = [];
    for (let i = 0; i < 20_000; i++) wait('h');
    reporter.add(wait('l', () => heard.push(clock.now())));
    reporter.renew(backlog);
    clock.flush(1);
    backlog.remove(backlog.peek() as Ticket<Attempt>);
    reporter.renew(backlog);
    clock.flush(400);
    expect(heard).toEqual([1]);
    clock.flush(402);
    expect(heard).toHaveLength(2);
  });

  it('should be reported as often in the end as at first', () => {
    const { clock, reporter, backlog, wait } = setUp();
    const heard: number[] = [];
    for (let i = 0; i < 1_000; i++) wait('h');
    reporter.add(wait('l', () => heard.push(clock.now())));
    const times = Array.from({ length: 30 }, (_, i) => 1 + i * 250);
    for (const at of times) {
      backlog.remove(backlog.peek() as Ticket<Attempt>);
      reporter.renew(backlog);
      clock.flush(at);
    }
    expect(heard).toEqual(times);
  });

  it('should predict starts only up to the last request that wants reports', () => {
    const { clock, reporter, backlog, wait } = setUp();
    const heard: unknown[] = [];
    wait('h1');
    reporter.add(wait('h2', (token) => heard.push(token)));
    for (let i = 0; i < 20_000; i++) wait('l');
    let predicted = 0;
    const planned = backlog.planned.bind(backlog);
    backlog.planned = function* () {
      for (const ticket of planned()) {
        predicted += 1;
        yield ticket;
      }
    };
    reporter.renew(backlog);
    clock.flush(1);
    expect([predicted, heard]).toEqual([2, [{ type: 'state', state: 'queued', position: 1, startsInMs: 19_999 }]]);
    // So few predictions do not delay the next report, however many requests wait.
    backlog.remove(backlog.peek() as Ticket<Attempt>);
    reporter.renew(backlog);
    clock.flush(251);
    expect(heard).toHaveLength(2);
  });

  it('should ask a slow store one question at a time, and report nothing outdated', () => {
    const { clock, reporter, backlog, wait, asked, shift } = setUp((question) => (question === 0 ? 900 : 10));
    const heard: unknown[] = [];
    reporter.add(wait('l', (token) => heard.push([clock.now(), token])));
    reporter.renew(backlog);
    for (const at of [300, 600]) {
      clock.flush(at);
      // From then on it starts later, which the first question did not show.
      shift(1_000);
      reporter.renew(backlog);
    }
    clock.flush(899);
    expect([asked(), heard]).toEqual([1, []]);
    clock.flush(1_500);
    const queued = { type: 'state', state: 'queued', position: 0 };
    expect([asked(), heard]).toEqual([
      2,
      [
        [901, { ...queued, startsInMs: 9_999 }],
        [912, { ...queued, startsInMs: 10_098 }],
      ],
    ]);
  });

  it('should ask again when a store has not answered for five seconds', () => {
    const { clock, reporter, backlog, wait, asked, open } = setUp((question) => (question === 0 ? 60_000 : 0));
    const heard: unknown[] = [];
    reporter.add(wait('l', () => heard.push(clock.now())));
    reporter.renew(backlog);
    clock.flush(400);
    reporter.renew(backlog);
    clock.flush(5_000);
    expect([asked(), open(), heard]).toEqual([1, 1, []]);
    clock.flush(5_100);
    expect([asked(), open(), heard]).toEqual([2, 0, [5_002]]);
  });

  it('should not await an answer after the last subscriber has left', () => {
    const { clock, reporter, backlog, wait, open } = setUp(() => 900);
    const leaving = wait('l');
    reporter.add(leaving);
    reporter.renew(backlog);
    clock.flush(1);
    expect(open()).toBe(1);
    leaving.lifetime.unsubscribe();
    expect([open(), clock.pending]).toEqual([0, 0]);
  });

  it('should cost nothing after the last subscriber has left', () => {
    const { clock, reporter, backlog, wait, asked } = setUp();
    const leaving = wait('l1', () => {
      leaving.lifetime.unsubscribe();
    });
    wait('l2');
    reporter.add(leaving);
    reporter.renew(backlog);
    clock.flush(1);
    reporter.renew(backlog);
    expect([asked(), clock.pending]).toEqual([1, 0]);
  });
});
