import { describe, expect, it } from 'vitest';
import type { Ticket } from '../../../src/model/Backlog.ts';
import type { Verdict } from '../../../src/model/Verdict.ts';
import { behind, blocked, mayBePassed, putOffBy } from '../../../src/rules/queue/bypass.ts';
import { jobMaker, tokens } from '../../util/jobs.ts';

type Wait = Extract<Verdict, { type: 'wait' }>;

const make = jobMaker();

/** A job of 100 tokens with 1,000 ms of slack, of which a quarter may be used up by others. */
const head = (rest: Partial<Ticket> = {}): Ticket => ({
  job: make('big', { cost: tokens(100), arrival: 500 }),
  waiting: true,
  deadline: 1_500,
  putOff: 0,
  unsubscribe: () => undefined,
  ...rest,
});

/** It waits for tokens, of which one flows in per millisecond. */
const wait: Wait = { type: 'wait', ms: 50, dimension: 'tpm', rate: 1 };

describe('blocked', () => {
  it('should let smaller jobs use a part of the slack', () => {
    expect(blocked(head(), wait, 0.25, 600).delayLeft).toBe(250);
  });

  it('should subtract the delay by earlier ones', () => {
    expect(blocked(head({ putOff: 240 }), wait, 0.25, 600).delayLeft).toBe(10);
  });

  it.each<[string, Wait, number]>([
    ['at its deadline', wait, 1_500],
    ['while it waits for something that does not flow in', { ...wait, rate: Infinity }, 600],
  ])('should leave nothing %s', (_, verdict, now) => {
    const before = blocked(head(), verdict, 0.25, now);
    expect([before.delayLeft, mayBePassed(before)]).toEqual([0, false]);
  });

  it('should let a job be passed only while a part of the slack is left', () => {
    const left = [239, 250, 260].map((putOff) => mayBePassed(blocked(head({ putOff }), wait, 0.25, 600)));
    expect(left).toEqual([true, false, false]);
  });
});

describe('putOffBy', () => {
  const delayOf = (units: number, verdict: Wait = wait, putOff = 0): number | undefined =>
    putOffBy(make('small', { cost: tokens(units) }), blocked(head({ putOff }), verdict, 0.25, 600));

  it('should be the time in which the cost flows in, if the head needs everything', () => {
    expect(delayOf(40)).toBe(40);
  });

  it('should be only the time of what exceeds the spare units', () => {
    const headroom = [{ dimension: 'tpm', rate: 2, spare: 30 }] as const;
    expect([30, 31, 50].map((units) => delayOf(units, { ...wait, headroom }))).toEqual([0, 0.5, 10]);
  });

  it('should be the longest time of all buckets that both draw on', () => {
    const headroom = [
      { dimension: 'rpm', rate: 0.01, spare: 0 },
      { dimension: 'tpm', rate: 1, spare: 0 },
    ] as const;
    expect(delayOf(40, { ...wait, headroom })).toBe(100);
  });

  it('should forbid a delay beyond what is left of the slack', () => {
    expect([delayOf(40, wait, 210), delayOf(40, wait, 211)]).toEqual([40, undefined]);
  });

  it('should forbid a job that is not smaller, in the unit that the head waits for', () => {
    expect([delayOf(99), delayOf(100), delayOf(101)]).toEqual([99, undefined, undefined]);
    expect(delayOf(1, { ...wait, dimension: 'rpm', headroom: [] })).toBeUndefined();
  });
});

describe('behind', () => {
  it('should be the first sixteen of the others, however many wait', () => {
    const tickets = Array.from({ length: 40 }, () => head());
    expect(behind(tickets, tickets[0] as Ticket)).toEqual(tickets.slice(1, 17));
    expect(behind(tickets, tickets[2] as Ticket).slice(0, 3)).toEqual([tickets[0], tickets[1], tickets[3]]);
    expect(behind(tickets.slice(0, 3), tickets[1] as Ticket)).toEqual([tickets[0], tickets[2]]);
  });
});
