import { type SchedulerLike, Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SLACK } from '../../src/model/Priority.ts';
import { DeadlineQueue } from '../../src/rules/queue/DeadlineQueue.ts';
import type { Attempt } from '../../src/scheduler/Attempt.ts';
import { OutlookReporter } from '../../src/scheduler/OutlookReporter.ts';
import { quota } from '../../src/testing/quota.ts';

describe('OutlookReporter', () => {
  it('should never wait for a time that is past, by whatever clock', () => {
    let now = 0;
    const delays: number[] = [];
    const hurried: SchedulerLike = {
      // Each look takes longer than the shortest wait.
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
});
