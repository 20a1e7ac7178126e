import { describe, expect, it } from 'vitest';
import { DEFAULT_SLACK, PRIORITIES } from '../../../src/model/Priority.ts';
import { virtualDeadline } from '../../../src/rules/queue/order.ts';

describe('virtualDeadline', () => {
  it('should be the arrival plus the slack of the priority', () => {
    const deadlines = PRIORITIES.map((priority) => virtualDeadline({ arrival: 5, priority }, DEFAULT_SLACK));
    expect(deadlines).toEqual([5, 60_005, 600_005, 21_600_005]);
  });

  it("should be a job's own deadline, however early", () => {
    expect(virtualDeadline({ arrival: 5, priority: 'low', deadline: 0 }, DEFAULT_SLACK)).toBe(0);
  });
});
