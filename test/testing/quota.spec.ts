import { firstValueFrom, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { isValidationError } from '../../src/errors/guards.ts';
import type { Cost } from '../../src/model/Cost.ts';
import type { BucketLevel } from '../../src/model/Limits.ts';
import { NO_COST } from '../../src/rules/counting/cost.ts';
import { type Quota, quota } from '../../src/testing/quota.ts';
import { parseQuota } from '../../src/testing/quotaText.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';

const MINUTE = 60_000;

const reservation = (id: string, cost: Partial<Cost>) => ({ key: 'm', id, cost: { ...NO_COST, requests: 1, ...cost } });

const levelsOf = (store: Quota): Promise<readonly BucketLevel[]> =>
  firstValueFrom(store.levels('m') as Observable<readonly BucketLevel[]>);

describe('parseQuota', () => {
  it.each<[string, ReturnType<typeof parseQuota>]>([
    ['30/min', [{ unit: 'requests', capacity: 30, window: MINUTE }]],
    ['1/4ms', [{ unit: 'requests', capacity: 1, window: 4 }]],
    ['1 request / 10 seconds', [{ unit: 'requests', capacity: 1, window: 10_000 }]],
    ['1_000 requests/day', [{ unit: 'requests', capacity: 1_000, window: 1_440 * MINUTE }]],
    ['8k tokens/min', [{ unit: 'tokens', capacity: 8_000, window: MINUTE }]],
    ['1.5M tokens per day'.replace(' per ', '/'), [{ unit: 'tokens', capacity: 1.5e6, window: 1_440 * MINUTE }]],
    ['5 input tokens/s', [{ unit: 'inputTokens', capacity: 5, window: 1_000 }]],
    ['5 output tokens/2 minutes', [{ unit: 'outputTokens', capacity: 5, window: 2 * MINUTE }]],
    ['7200 audio seconds/hour', [{ unit: 'audioSeconds', capacity: 7_200, window: 60 * MINUTE }]],
    [
      ' 30/min, 8k tokens/min 200K tokens/day ',
      [
        { unit: 'requests', capacity: 30, window: MINUTE },
        { unit: 'tokens', capacity: 8_000, window: MINUTE },
        { unit: 'tokens', capacity: 200_000, window: 1_440 * MINUTE },
      ],
    ],
  ])('should read %s', (text, expected) => {
    expect(parseQuota(text)).toEqual(expected);
  });

  it.each<[string, string]>([
    ['', "''"],
    ['30', "'30'"],
    ['30/fortnight', "'30/fortnight'"],
    ['30/minx', "'30/minx'"],
    ['0/min', "'0/min'"],
    ['30/0 min', "'30/0 min'"],
    ['-1/min', "'-1/min'"],
    ['30 apples/min', "'30 apples/min'"],
    ['30/min 8k', "'8k'"],
    ['30/min8/s', "'30/min8/s'"],
  ])('should refuse "%s" and name the expected form', (text, got) => {
    let error: unknown;
    try {
      parseQuota(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toSatisfy(isValidationError);
    expect(error).toMatchObject({ expected: "one such as '30/min, 8k tokens/min, 200k tokens/day'", got });
  });
});

describe('quota', () => {
  it('should take units from all of its buckets or from none', async () => {
    const scheduler = virtualClock();
    const store = quota('2/10s, 100 tokens/min', { scheduler });
    expect(store.reserve(reservation('a', { tokens: 90 }))).toEqual({ type: 'granted' });
    // Tokens are short, so no request is taken either.
    const waiting = { type: 'wait', ms: 12_000, dimension: 'tpm', rate: 100 / MINUTE };
    expect(store.reserve(reservation('b', { tokens: 30 }))).toEqual(waiting);
    expect((await levelsOf(store)).map(({ level }) => level)).toEqual([1, 10]);
    scheduler.flush(12_000);
    expect(store.reserve(reservation('b', { tokens: 30 }))).toEqual({ type: 'granted' });
    expect((await levelsOf(store)).map(({ level }) => level)).toEqual([1, 0]);
    expect([...store.open.keys()]).toEqual(['a', 'b']);
  });

  it('should name the bucket that can never hold a cost', () => {
    const store = quota('2/min, 100 tokens/day', { scheduler: virtualClock() });
    const never = { type: 'never', dimension: 'tpd', cost: 101, limit: 100 };
    expect(store.reserve(reservation('a', { tokens: 101 }))).toEqual(never);
    expect(store.open.size).toBe(0);
  });

  it('should give unused units back and pause after a 429, once for each reservation', async () => {
    const store = quota('10 tokens/10ms', { scheduler: virtualClock() });
    const changes: unknown[] = [];
    (store.changes('m') as Observable<unknown>).subscribe((change) => changes.push(change));
    const [a, b] = [reservation('a', { tokens: 6 }), reservation('b', { tokens: 4 })];
    void store.reserve(a);
    void store.reserve(b);
    void store.settle(a, { type: 'used', cost: { ...a.cost, tokens: 1 } });
    void store.settle(a, { type: 'unsent' });
    expect(await levelsOf(store)).toMatchObject([{ level: 5, pausedFor: 0 }]);
    void store.settle(b, { type: 'rejected', ms: 7 });
    expect(await levelsOf(store)).toMatchObject([{ level: 9, pausedFor: 7, limit: 10, rate: 1, dimension: 'tpm' }]);
    expect(store.settled.map(([id]) => id)).toEqual(['a', 'a', 'b']);
    expect(changes).toEqual(['level', 'level']);
  });

  it('should double its pause after each 429 without a duration, until a request is admitted', async () => {
    const scheduler = virtualClock();
    const store = quota('10 tokens/10ms', { scheduler });
    const pauses: number[] = [];
    for (const type of ['rejected', 'rejected', 'used', 'rejected'] as const) {
      const one = reservation('a', { tokens: 1 });
      void store.reserve(one);
      void store.settle(one, type === 'used' ? { type, cost: one.cost } : { type });
      const [level] = await levelsOf(store);
      pauses.push(level?.pausedFor ?? NaN);
      scheduler.flush(scheduler.now() + 5_000);
    }
    expect(pauses).toEqual([1_000, 2_000, 0, 1_000]);
  });

  it('should have separate buckets for each model, and accept numbers for one bucket', () => {
    const store = quota(1, 60_000, { scheduler: virtualClock() });
    expect(store.reserve(reservation('a', {}))).toEqual({ type: 'granted' });
    expect(store.reserve({ ...reservation('b', {}), key: 'n' })).toEqual({ type: 'granted' });
    expect(store.reserve(reservation('c', {}))).toMatchObject({ type: 'wait', ms: 60_000 });
  });
});
