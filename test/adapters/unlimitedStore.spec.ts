import { firstValueFrom, from } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { unlimitedStore } from '../../src/adapters/unlimitedStore.ts';
import type { Outcome } from '../../src/model/Outcome.ts';
import type { Reservation } from '../../src/model/Reservation.ts';
import { tokens } from '../util/jobs.ts';
import { levelsOf } from '../util/stores.ts';

/** Returns the same reservation each time for the same number. */
const reservations = (): ((id: number, key?: string) => Reservation) => {
  const all = new Map<string, Reservation>();
  return (number, key = 'm') => {
    const id = `${key} ${number}`;
    const reservation = all.get(id) ?? { key, id, cost: tokens(1e9) };
    all.set(id, reservation);
    return reservation;
  };
};

const used: Outcome = { type: 'used', cost: tokens(1e9) };

/** A store with a clock that the test sets. */
const setUp = () => {
  const scheduler = new TestScheduler(() => undefined);
  const store = unlimitedStore({ scheduler });
  const reservation = reservations();
  const waitOf = (id: number, key?: string): number => {
    const verdict = store.reserve(reservation(id, key));
    if (!('type' in verdict) || verdict.type === 'never') throw new Error('no verdict at once');
    return verdict.type === 'wait' ? verdict.ms : 0;
  };
  return { store, scheduler, reservation, waitOf };
};

describe('unlimitedStore', () => {
  it('should grant everything at once', async () => {
    const { store, reservation } = setUp();
    for (let id = 0; id < 1_000; id++) expect(store.reserve(reservation(id))).toEqual({ type: 'granted' });
    expect(await firstValueFrom(from(store.levels('m')))).toEqual([]);
  });

  it('should not learn limits, from answers or from refusals', () => {
    const { store, scheduler, reservation, waitOf } = setUp();
    expect(store).not.toHaveProperty('learn');
    void store.reserve(reservation(0));
    void store.settle(reservation(0), { type: 'rejected', dimension: 'tpm', ms: 5, limit: 1, used: 1 });
    scheduler.frame = 5;
    for (let id = 1; id < 100; id++) expect(waitOf(id)).toBe(0);
  });

  it('should pause a model for as long as its 429 asks, and no other model', () => {
    const { store, scheduler, reservation, waitOf } = setUp();
    for (const id of [0, 1]) void store.reserve(reservation(id));
    void store.settle(reservation(0), { type: 'rejected', dimension: 'tpm', ms: 7_500 });
    expect([waitOf(2), waitOf(3, 'other')]).toEqual([7_500, 0]);
    scheduler.frame = 7_000;
    void store.settle(reservation(1), { type: 'rejected', ms: 100 });
    expect(waitOf(2)).toBe(500);
    scheduler.frame = 7_500;
    expect(waitOf(2)).toBe(0);
  });

  it('should pause for the longest time that a 429 asks for', () => {
    const { store, scheduler, reservation, waitOf } = setUp();
    for (const id of [0, 1]) void store.reserve(reservation(id));
    void store.settle(reservation(0), { type: 'rejected', ms: 100 });
    void store.settle(reservation(1), { type: 'rejected', ms: 20_000 });
    expect(waitOf(2)).toBe(20_000);
    scheduler.frame = 19_999;
    expect(waitOf(2)).toBe(1);
  });

  it('should show how long it pauses', () => {
    const { store, scheduler, reservation } = setUp();
    void store.reserve(reservation(0));
    void store.settle(reservation(0), { type: 'rejected', ms: 20_000 });
    scheduler.frame = 5_000;
    expect(levelsOf(store)).toMatchObject([{ dimension: 'rpm', level: Infinity, pausedFor: 15_000 }]);
    expect(levelsOf(store, 'other')).toEqual([]);
    scheduler.frame = 20_000;
    expect(levelsOf(store)).toEqual([]);
  });

  it('should double the pause after each 429 without a duration, until an answer comes', () => {
    const { store, scheduler, reservation, waitOf } = setUp();
    const refused = (id: number): number => {
      expect(waitOf(id)).toBe(0);
      void store.settle(reservation(id), { type: 'rejected' });
      const wait = waitOf(id + 1);
      scheduler.frame += wait;
      return wait;
    };
    const first = refused(0);
    const [second, third] = [refused(1), refused(2)];
    expect(first).toBeGreaterThan(0);
    expect([second, third]).toEqual([2 * first, 4 * first]);
    void store.reserve(reservation(3));
    void store.settle(reservation(3), used);
    expect(refused(4)).toBe(first);
  });
});
