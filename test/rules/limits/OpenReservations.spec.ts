import { describe, expect, it } from 'vitest';
import { type OpenReservation, OpenReservations } from '../../../src/rules/limits/OpenReservations.ts';
import { tokens } from '../../util/jobs.ts';
import { reservations } from '../../util/stores.ts';

const reservation = (): OpenReservation => ({
  cost: tokens(1),
  at: 0,
  chargedAt: 0,
  sentAt: -1,
  gauges: [],
  arrivedAt: -1,
  heard: false,
  raised: 0,
  marks: undefined,
  previous: undefined,
  next: undefined,
});

/** Overdue reservations in order, each of which is marked as arrived. */
const arrivals = (open: OpenReservations, now: number): OpenReservation[] => {
  const found: OpenReservation[] = [];
  for (let due = open.overdue(now); due !== undefined; due = open.overdue(now)) {
    open.arrive(due, found.push(due));
  }
  return found;
};

describe('OpenReservations', () => {
  it('should find a reservation until it is deleted', () => {
    const make = reservations();
    const [one, other] = [make(tokens(1)), make(tokens(1))];
    const open = new OpenReservations();
    const mine = reservation();
    open.add(one, mine);
    expect([open.get(one), open.get(other)]).toEqual([mine, undefined]);
    open.delete(one);
    expect(open.get(one)).toBeUndefined();
  });

  it('should consider requests arrived a second after they were sent, in order of sending', () => {
    const open = new OpenReservations();
    const [first, second, third] = [reservation(), reservation(), reservation()];
    open.send(first, 100);
    open.send(second, 100);
    open.send(third, 101);
    expect(open.overdue(1_099)).toBeUndefined();
    expect(arrivals(open, 1_100)).toEqual([first, second]);
    expect(arrivals(open, 1_100)).toEqual([]);
    expect(arrivals(open, 1_101)).toEqual([third]);
  });

  it('should never consider a request arrived that was not sent', () => {
    const open = new OpenReservations();
    open.add(reservations()(tokens(1)), reservation());
    expect(open.overdue(1e12)).toBeUndefined();
  });

  it('should report only the first arrival of a request', () => {
    const open = new OpenReservations();
    const one = reservation();
    expect(open.arrive(one, 0)).toBe(true);
    expect(open.arrive(one, 5)).toBe(false);
    expect(one.arrivedAt).toBe(0);
  });

  it('should keep the requests in flight when one arrives that was not reported as sent', () => {
    const open = new OpenReservations();
    const [silent, sent] = [reservation(), reservation()];
    open.send(sent, 0);
    open.arrive(silent, 0);
    expect(arrivals(open, 1_000)).toEqual([sent]);
  });

  it('should ignore a request that is reported as sent after its arrival, or twice', () => {
    const open = new OpenReservations();
    const [early, twice, last] = [reservation(), reservation(), reservation()];
    open.arrive(early, 0);
    open.send(early, 0);
    open.send(twice, 0);
    open.send(last, 10);
    open.send(twice, 20);
    expect([early.sentAt, twice.sentAt]).toEqual([-1, 0]);
    expect(arrivals(open, 2_000)).toEqual([twice, last]);
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
  ])('should keep the order of the others when %j have arrived', (known, others) => {
    const open = new OpenReservations();
    const all = [reservation(), reservation(), reservation(), reservation()];
    for (const each of all) open.send(each, 0);
    for (const i of known) open.arrive(all[i] as OpenReservation, 0);
    const late = reservation();
    open.send(late, 1);
    const found = arrivals(open, 1_001);
    expect(found.map((each) => all.indexOf(each))).toEqual([...others, -1]);
    // A request that has arrived is linked to no other.
    for (const { previous, next } of all) expect([previous, next]).toEqual([undefined, undefined]);
  });

  it('should sum up the answered requests that arrived after an event', () => {
    const open = new OpenReservations();
    const [before, after, silent] = [reservation(), reservation(), reservation()];
    for (const [i, each] of [before, after, silent].entries()) open.add(reservations()(tokens(i)), each);
    open.arrive(before, 4);
    open.arrive(after, 6);
    open.arrive(silent, 7);
    before.heard = after.heard = true;
    expect([3, 4, 6].map((event) => open.arrivedSince(event, 'requests'))).toEqual([2, 1, 0]);
  });
});
