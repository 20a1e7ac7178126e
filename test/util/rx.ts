import { TestScheduler } from 'rxjs/testing';
import { afterEach, expect } from 'vitest';

/** Runs a test in virtual time, in which a frame is a millisecond and a marble a frame. */
export function rx(test: (helpers: RunHelpers) => void): void {
  const scheduler = new TestScheduler((actual, expected) => {
    expect(actual).toStrictEqual(expected);
  });
  scheduler.run((helpers) => {
    test({ ...helpers, scheduler });
  });
  schedulers.push(scheduler);
}

/** The helpers of rxjs for a test, with the scheduler. */
export type RunHelpers = Parameters<Parameters<TestScheduler['run']>[0]>[0] & { readonly scheduler: TestScheduler };

const schedulers: TestScheduler[] = [];

afterEach(() => {
  // No test may leave pending work.
  for (const { actions } of schedulers.splice(0)) expect(actions.filter((action) => !action.closed)).toHaveLength(0);
});
