import { describe, expect, it } from 'vitest';
import { type Charge, Charges } from '../../../src/rules/limits/Charges.ts';
import { tokens } from '../../util/jobs.ts';
import { reservations } from '../../util/stores.ts';

const charge = (): Charge => ({
  cost: tokens(1),
  at: 0,
  chargedAt: 0,
  sentAt: -1,
  gauges: 1,
  arrivedAt: -1,
  heard: false,
  marks: undefined,
  previous: undefined,
  next: undefined,
});

/** Those that must have arrived, in order, each noted as such. */
const arrivals = (charges: Charges, now: number): Charge[] => {
  const found: Charge[] = [];
  for (let due = charges.overdue(now); due !== undefined; due = charges.overdue(now)) {
    charges.arrive(due, found.push(due));
  }
  return found;
};

describe('Charges', () => {
  it('should know a charge by its reservation, until that is settled', () => {
    const make = reservations();
    const [one, other] = [make(tokens(1)), make(tokens(1))];
    const charges = new Charges();
    const mine = charge();
    charges.add(one, mine);
    expect([charges.get(one), charges.get(other)]).toEqual([mine, undefined]);
    charges.delete(one);
    expect(charges.get(one)).toBeUndefined();
  });

  it('should take those for arrived that were sent a second ago, first sent first', () => {
    const charges = new Charges();
    const [first, second, third] = [charge(), charge(), charge()];
    charges.send(first, 100);
    charges.send(second, 100);
    charges.send(third, 101);
    expect(charges.overdue(1_099)).toBeUndefined();
    expect(arrivals(charges, 1_100)).toEqual([first, second]);
    expect(arrivals(charges, 1_100)).toEqual([]);
    expect(arrivals(charges, 1_101)).toEqual([third]);
  });

  it('should never take one for arrived that was not sent, be it charged for ever so long', () => {
    const charges = new Charges();
    charges.add(reservations()(tokens(1)), charge());
    expect(charges.overdue(1e12)).toBeUndefined();
  });

  it('should tell the first news of an arrival from those that follow', () => {
    const charges = new Charges();
    const one = charge();
    expect(charges.arrive(one, 0)).toBe(true);
    expect(charges.arrive(one, 5)).toBe(false);
    expect(one.arrivedAt).toBe(0);
  });

  it('should leave those under way alone when one arrives of which nobody said that it was sent', () => {
    const charges = new Charges();
    const [silent, sent] = [charge(), charge()];
    charges.send(sent, 0);
    charges.arrive(silent, 0);
    expect(arrivals(charges, 1_000)).toEqual([sent]);
  });

  it('should not count one as under way that is said to be sent after it has arrived, or a second time', () => {
    const charges = new Charges();
    const [early, twice, last] = [charge(), charge(), charge()];
    charges.arrive(early, 0);
    charges.send(early, 0);
    charges.send(twice, 0);
    charges.send(last, 10);
    charges.send(twice, 20);
    expect([early.sentAt, twice.sentAt]).toEqual([-1, 0]);
    expect(arrivals(charges, 2_000)).toEqual([twice, last]);
  });

  it.each([
    [[0], [1, 2, 3]],
    [[1], [0, 2, 3]],
    [[3], [0, 1, 2]],
    [
      [0, 1],
      [2, 3],
    ],
    [
      [3, 2],
      [0, 1],
    ],
    [
      [1, 3],
      [0, 2],
    ],
    [[0, 1, 2, 3], []],
  ])('should keep the order of the others when %j are known to have arrived', (known, others) => {
    const charges = new Charges();
    const all = [charge(), charge(), charge(), charge()];
    for (const each of all) charges.send(each, 0);
    for (const i of known) charges.arrive(all[i] as Charge, 0);
    const late = charge();
    charges.send(late, 1);
    const found = arrivals(charges, 1_001);
    expect(found.map((each) => all.indexOf(each))).toEqual([...others, -1]);
    // What has arrived holds on to no other.
    for (const { previous, next } of all) expect([previous, next]).toEqual([undefined, undefined]);
  });

  it('should tell what was let in after an event, of which an answer was heard', () => {
    const charges = new Charges();
    const [before, after, silent] = [charge(), charge(), charge()];
    for (const [i, each] of [before, after, silent].entries()) charges.add(reservations()(tokens(i)), each);
    charges.arrive(before, 4);
    charges.arrive(after, 6);
    charges.arrive(silent, 7);
    before.heard = after.heard = true;
    expect([3, 4, 6].map((event) => charges.arrivedSince(event, 'requests'))).toEqual([2, 1, 0]);
  });
});
