import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../../src/rules/failures/RetryBudget.ts';

/** How many retries are left at a moment, by taking them all. */
const left = (budget: RetryBudget, now: number): number => {
  let count = 0;
  while (budget.retry(now)) count += 1;
  return count;
};

describe('RetryBudget', () => {
  it('should have ten to begin with, also without a request', () => {
    expect(left(new RetryBudget(0), 0)).toBe(10);
  });

  it.each([
    [1, 10],
    [5, 11],
    [100, 30],
    [949, 199],
    [950, 200],
    [1_000, 200],
    [100_000, 200],
  ])('should allow a fifth of %d requests beside them, and save up two hundred', (requests, retries) => {
    const budget = new RetryBudget(0);
    for (let i = 0; i < requests; i++) budget.request();
    expect(left(budget, 0)).toBe(retries);
  });

  it.each([
    [0, 0],
    [5_999, 0],
    [6_000, 1],
    [30_000, 5],
    [60_000, 10],
    [3_600_000, 10],
  ])('should get ten back in each minute, and no more than ten: after %d ms', (ms, retries) => {
    const budget = new RetryBudget(1_000);
    left(budget, 1_000);
    expect(left(budget, 1_000 + ms)).toBe(retries);
  });

  it('should not lose what was saved up above the floor when time passes', () => {
    const budget = new RetryBudget(0);
    for (let i = 0; i < 100; i++) budget.request();
    expect(left(budget, 3_600_000)).toBe(30);
  });

  it('should get nothing back from a clock that goes back', () => {
    const budget = new RetryBudget(1_000);
    left(budget, 1_000);
    expect(left(budget, 0)).toBe(0);
    expect(left(budget, 1_000)).toBe(0);
    expect(left(budget, 7_000)).toBe(1);
  });
});
