import { describe, expect, it } from 'vitest';
import { Feedback } from '../../../src/rules/limits/Feedback.ts';

const RATE = 0.1;

describe('Feedback', () => {
  it.each([
    ['says what we believe, rounded down', 99.4, 99, 0],
    ['rounds a whole unit away, which is no proof', 99.9, 99, 0],
    ['says less by more than it rounds', 100, 98, -1],
    ['says that nothing is left', 100, 0, -99],
    ['says more, with nothing beside it on the way', 100, 120, 20],
    ['says hardly more', 100, 100.9, 0],
    ['says one more', 100, 101, 1],
  ])('should correct a level only by what is certain when an answer %s', (_, level, remaining, change) => {
    const feedback = new Feedback();
    feedback.take(50, 0);
    const mark = feedback.mark(level, 0, 0);
    expect(feedback.correction(mark, remaining, RATE, 0)).toBeCloseTo(change, 9);
  });

  it('should not find the same difference twice', () => {
    const feedback = new Feedback();
    feedback.take(50, 0);
    const mark = feedback.mark(100, 0, 0);
    feedback.take(10, 0);
    const other = feedback.mark(90, 50, 0);
    expect(feedback.correction(other, 39, RATE, 0)).toBe(-50);
    expect(feedback.correction(mark, 39, RATE, 0)).toBe(0);
    expect(feedback.correction(other, 39, RATE, 0)).toBe(0);
  });

  it('should take corrections from elsewhere into account', () => {
    const feedback = new Feedback();
    feedback.take(50, 0);
    const mark = feedback.mark(100, 0, 0);
    expect(feedback.shift(-30)).toBe(-30);
    expect(feedback.correction(mark, 69, RATE, 0)).toBe(0);
    expect(feedback.correction(mark, 49, RATE, 0)).toBe(-20);
  });

  it('should compare with the level without corrections made before the charge', () => {
    const feedback = new Feedback();
    feedback.shift(-30);
    feedback.take(50, 0);
    const mark = feedback.mark(100, 0, 0);
    expect(feedback.correction(mark, 99, RATE, 0)).toBe(0);
  });

  it('should allow for a later request that was sent within half a second and may have overtaken', () => {
    const feedback = new Feedback();
    feedback.take(50, 0);
    const mark = feedback.mark(100, 0, 0);
    feedback.take(30, 500);
    feedback.take(7, 510);
    expect(feedback.correction(mark, 69, RATE, 600)).toBe(0);
    expect(feedback.correction(mark, 68, RATE, 600)).toBe(-1);
  });

  it('should not count reservations in flight, or inflow since the charge, as spare units', () => {
    const alone = (inFlight: number): number => {
      const feedback = new Feedback();
      feedback.take(50, 0);
      const mark = feedback.mark(100, inFlight, 0);
      feedback.take(1, 0);
      let found = 0;
      for (let i = 0; i < 8; i++) found = feedback.correction(mark, 200, RATE, 300);
      return found;
    };
    expect(alone(0)).toBeCloseTo(70, 9);
    expect(alone(40)).toBeCloseTo(30, 9);
    expect(alone(70)).toBe(0);
  });

  it('should raise a level only after eight consecutive answers, and by the smallest difference', () => {
    const feedback = new Feedback();
    const answer = (spare: number): number => {
      feedback.take(1, 0);
      return feedback.correction(feedback.mark(100, 5, 0), 105 + spare, RATE, 0);
    };
    const seven = [40, 30, 50, 20, 60, 70, 25];
    expect(seven.map(answer)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(answer(33)).toBe(20);
    // From here on, the level is 20 higher.
    expect(seven.map(answer)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(answer(90)).toBe(20);
  });

  it.each([
    [
      'one that shows nothing to spare',
      (feedback: Feedback) => feedback.correction(feedback.mark(100, 5, 0), 105, RATE, 0),
    ],
    ['one that shows too little', (feedback: Feedback) => feedback.correction(feedback.mark(100, 5, 0), 50, RATE, 0)],
    ['a correction made elsewhere', (feedback: Feedback) => feedback.shift(0)],
  ])('should start counting again after %s', (_, interrupt) => {
    const feedback = new Feedback();
    const answer = (): number => {
      feedback.take(1, 0);
      return feedback.correction(feedback.mark(100, 5, 0), 200, RATE, 0);
    };
    for (let i = 0; i < 7; i++) expect(answer()).toBe(0);
    interrupt(feedback);
    for (let i = 0; i < 7; i++) expect(answer()).toBe(0);
    expect(answer()).toBeGreaterThan(0);
  });

  it('should not treat a request as alone when another one was charged after it', () => {
    const feedback = new Feedback();
    feedback.take(50, 0);
    const mark = feedback.mark(100, 0, 0);
    feedback.take(1, 0);
    expect(feedback.correction(mark, 150, RATE, 0)).toBe(0);
  });
});
