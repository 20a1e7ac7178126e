import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../../src/rules/failures/RetryBudget.ts';

/** The number of retries left at a moment, found by using them up. */
const left = (budget: RetryBudget, now: number): number => {
  let count = 0;
  while (budget.retry(now)) count += 1;
  return count;
};

describe('RetryBudget', () => {
  it('should start with ten retries', () => {
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
  ])('should allow a fifth of %d requests beside them, and save up to two hundred', (requests, retries) => {
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
  ])('should regain up to ten retries in a minute: after %d ms', (ms, retries) => {
    const budget = new RetryBudget(1_000);
    left(budget, 1_000);
    expect(left(budget, 1_000 + ms)).toBe(retries);
  });

  it('should not lose saved retries above ten as time passes', () => {
    const budget = new RetryBudget(0);
    for (let i = 0; i < 100; i++) budget.request();
    expect(left(budget, 3_600_000)).toBe(30);
  });

  it('should regain nothing when the clock goes back', () => {
    const budget = new RetryBudget(1_000);
    left(budget, 1_000);
    expect(left(budget, 0)).toBe(0);
    expect(left(budget, 1_000)).toBe(0);
    expect(left(budget, 7_000)).toBe(1);
  });
});
