import { delay, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/model/Verdict.ts';
import { throttleByBucket } from '../../src/operators/throttleByBucket.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import { quota } from '../../src/testing/quota.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { jobMaker, tokens } from '../util/jobs.ts';

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
