import { from } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type MemoryLimitStoreConfig, memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import type { BucketLevel, LimitKey } from '../../src/model/Limits.ts';
import { DEFAULT_PACING } from '../../src/model/Priority.ts';
import type { Reservation } from '../../src/model/Reservation.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { tokens } from '../util/jobs.ts';
import { ask, levelsOf, reservations } from '../util/stores.ts';

const GRANTED = { type: 'granted' };

/** A store in virtual time, with a record of its changes. */
const storeWith = (config: MemoryLimitStoreConfig) => {
  const clock = virtualClock();
  const store = memoryLimitStore({ scheduler: clock, ...config });
  const make = reservations();
  const changes: string[] = [];
  const watch = (key: LimitKey = 'm') => {
    from(store.changes(key)).subscribe((change) => {
      changes.push(`${key} ${change}`);
    });
  };
  const take = (units: number, rest: Partial<Reservation> = {}): Reservation => {
    const reservation = make(tokens(units), rest);
    expect(ask(store, reservation)).toEqual(GRANTED);
    return reservation;
  };
  const bucket = (dimension: string, key?: LimitKey): BucketLevel | undefined =>
    levelsOf(store, key).find((each) => each.dimension === dimension);
  return { clock, store, make, take, bucket, changes, watch };
};

describe('memoryLimitStore', () => {
  it('should answer synchronously, by the time of its scheduler', () => {
    const { clock, store, make, take } = storeWith({ limits: { tpm: 600 } });
    void store.learn(take(600), {});
    const reservation = make(tokens(10));
    expect(ask(store, reservation)).toMatchObject({ type: 'wait', ms: 1_000, dimension: 'tpm', rate: 0.01 });
    clock.flush(999);
    expect(ask(store, reservation)).toMatchObject({ ms: 1 });
    clock.flush(1_000);
    expect(ask(store, reservation)).toEqual(GRANTED);
  });

  it('should count whole milliseconds, so that rounding errors do not add up', () => {
    let now = 0;
    const clock = virtualClock();
    const { store, take, bucket } = storeWith({ limits: { tpm: 7_000 }, scheduler: { ...clock, now: () => now } });
    void store.settle(take(3_500), { type: 'unknown' });
    for (let tenth = 1; tenth <= 10_005; tenth++) {
      now = tenth / 10;
      bucket('tpm');
    }
    expect(bucket('tpm')?.level).toBe(3_500 + 7_000 / 60);
  });

  it('should forget unused keys when there are many, and keep those in use', () => {
    const { store, make, watch } = storeWith({ limits: { tpm: 600 } });
    const spend = (key: LimitKey, settle = true): Reservation => {
      const reservation = make(tokens(500), { key });
      expect(ask(store, reservation)).toEqual(GRANTED);
      void store.sent?.(reservation);
      if (settle) void store.settle(reservation, { type: 'used', cost: tokens(500) });
      return reservation;
    };
    spend('forgotten');
    watch('watched');
    spend('watched');
    store.setLimits('limited', { tpm: 550 });
    spend('limited');
    const open = spend('open', false);
    for (const dimension of ['tpm', 'rpd'] as const) {
      const refused = spend(`paused ${dimension}`, false);
      void store.settle(refused, { type: 'rejected', dimension, ms: 60_000 });
    }
    for (let i = 0; i < 3_000; i++) spend(`m${i}`);
    for (const key of ['paused tpm', 'paused rpd']) {
      expect(ask(store, make(tokens(1), { key }))).toMatchObject({ type: 'wait', ms: 60_000 });
    }
    const fresh = ['forgotten', 'watched', 'limited', 'open', 'm0', 'm2999'].filter(
      (key) => levelsOf(store, key)[0]?.level === 600,
    );
    expect(fresh).toEqual(['forgotten', 'm0']);
    void store.settle(open, { type: 'unsent' });
  });

  it('should grant everything without options', () => {
    const store = memoryLimitStore();
    expect(ask(store, reservations()(tokens(1e9)))).toEqual(GRANTED);
    expect(levelsOf(store)).toEqual([]);
  });

  it('should keep the buckets of each key apart', () => {
    const { store, take, bucket } = storeWith({ limits: { tpm: 600 } });
    const first = take(500, { key: 'a' });
    take(100, { key: 'b' });
    expect([bucket('tpm', 'a')?.level, bucket('tpm', 'b')?.level, bucket('tpm', 'c')?.level]).toEqual([100, 500, 600]);
    void store.settle(first, { type: 'unsent' });
    expect([bucket('tpm', 'a')?.level, bucket('tpm', 'b')?.level]).toEqual([600, 500]);
  });

  it('should ask for the limits of a key when it is first used', () => {
    const asked: LimitKey[] = [];
    const limits = (key: LimitKey) => {
      asked.push(key);
      return { tpm: key === 'small' ? 100 : 200 };
    };
    const { bucket } = storeWith({ limits });
    expect([bucket('tpm', 'small')?.limit, bucket('tpm', 'large')?.limit, bucket('tpm', 'small')?.limit]).toEqual([
      100, 200, 100,
    ]);
    expect(asked).toEqual(['small', 'large']);
  });

  it('should keep its ceilings, whatever the server allows', () => {
    const { store, take, bucket } = storeWith({ limits: { tpm: 600 }, ceilings: { tpm: 300, rpm: 5 } });
    expect([bucket('tpm')?.limit, bucket('rpm')?.limit]).toEqual([300, 5]);
    void store.learn(take(10), { tpm: { limit: 9_000, remaining: 8_990 } });
    expect([bucket('tpm')?.limit, bucket('tpm')?.level]).toEqual([300, 290]);
    const byKey = storeWith({ ceilings: (key) => ({ tpm: key.length }) });
    expect(byKey.bucket('tpm', 'four')?.limit).toBe(4);
  });

  it('should hold nothing back unless a margin is configured', () => {
    const exact = storeWith({ limits: { tpm: 600 } });
    exact.take(500);
    exact.take(100);
    const careful = storeWith({ limits: { tpm: 600 }, margin: 1_000 });
    careful.take(500);
    expect(ask(careful.store, careful.make(tokens(91)))).toMatchObject({ ms: 100 });
    careful.take(90);
  });

  it('should count the time until arrival from when a request was sent', () => {
    const { clock, store, take, bucket } = storeWith({ limits: { tpm: 600 } });
    const reservation = take(100);
    clock.flush(10_000);
    void store.sent?.(reservation);
    expect(bucket('tpm')?.level).toBe(500);
    clock.flush(11_000);
    expect(bucket('tpm')?.level).toBe(500);
    clock.flush(12_000);
    expect(bucket('tpm')?.level).toBe(510);
  });

  it.each([
    ['keep', 500],
    ['refund', 570],
    [undefined, 570],
  ] as const)('should give back unused tokens according to the charge model: %s', (chargeModel, level) => {
    const { store, take, bucket } = storeWith({ limits: { tpm: 600 }, chargeModel });
    const reservation = take(100);
    void store.learn(reservation, {});
    void store.settle(reservation, { type: 'used', cost: tokens(30) });
    expect(bucket('tpm')?.level).toBe(level);
  });

  it('should leave a part of the day to more urgent requests when pacing is configured', () => {
    const { store, make, take } = storeWith({ limits: { tpd: 100 }, pacing: DEFAULT_PACING });
    take(50, { priority: 'background' });
    expect(ask(store, make(tokens(1), { priority: 'background' }))).toMatchObject({ dimension: 'tpd', yields: true });
    take(50, { priority: 'high' });
    const free = storeWith({ limits: { tpd: 100 } });
    free.take(100, { priority: 'background' });
  });

  it('should hold requests of each key back until its first answer when a probe is configured', () => {
    const { clock, store, make, take } = storeWith({ limits: { tpm: 600 }, probe: 5_000 });
    const first = take(31, { key: 'a' });
    take(31, { key: 'b' });
    expect(ask(store, make(tokens(1), { key: 'a' }))).toMatchObject({ type: 'wait', ms: 5_000 });
    void store.learn(first, { tpm: { limit: 600, remaining: 20 } });
    take(20, { key: 'a' });
    expect(ask(store, make(tokens(1), { key: 'b' }))).toMatchObject({ type: 'wait', ms: 5_000 });
    clock.flush(5_000);
    take(1, { key: 'b' });
  });

  describe('changes', () => {
    it('should notify when units are given back, and when answers correct a level', () => {
      const { store, take, changes, watch } = storeWith({ limits: { tpm: 600 } });
      watch();
      const reservation = take(100);
      expect(changes).toEqual([]);
      void store.sent?.(reservation);
      expect(changes).toEqual([]);
      void store.learn(reservation, { tpm: { limit: 600, remaining: 400 } });
      void store.settle(reservation, { type: 'unsent' });
      expect(changes).toEqual(['m level', 'm level']);
    });

    it('should notify when the limits themselves have changed', () => {
      const { store, take, changes, watch } = storeWith({ limits: { tpm: 600 } });
      watch();
      const reservation = take(100);
      void store.learn(reservation, { tpm: { limit: 500, remaining: 400 } });
      void store.settle(reservation, {
        type: 'rejected',
        dimension: 'tpd',
        limit: 9_000,
        used: 1,
        requested: 1,
        ms: 1,
      });
      store.setLimits('m', { tpm: 300 });
      expect(changes).toEqual(['m limits', 'm limits', 'm limits']);
    });

    it('should notify only the observers of the key', () => {
      const { store, take, changes, watch } = storeWith({ limits: { tpm: 600 } });
      watch('a');
      watch('b');
      void store.settle(take(1, { key: 'b' }), { type: 'unsent' });
      store.setLimits('c', { tpm: 1 });
      expect(changes).toEqual(['b level']);
    });

    it('should not notify when an event changes nothing', () => {
      const { store, make, take, changes, watch } = storeWith({ limits: { tpm: 600 } });
      const reservation = take(1);
      void store.settle(reservation, { type: 'unsent' });
      watch();
      void store.settle(reservation, { type: 'unsent' });
      void store.learn(reservation, {});
      void store.settle(make(tokens(1)), { type: 'unsent' });
      expect(changes).toEqual([]);
    });
  });

  describe('setLimits', () => {
    it('should change the limits of one key by dimension, and keep the distance to full', () => {
      const { store, take, bucket } = storeWith({ limits: { tpm: 600, rpm: 10 } });
      take(100);
      store.setLimits('m', { tpm: 300 });
      expect([bucket('tpm')?.limit, bucket('tpm')?.level, bucket('rpm')?.level]).toEqual([300, 200, 9]);
      expect(bucket('tpm', 'other')?.limit).toBe(600);
    });

    it('should answer "never" to a cost above a lowered limit', () => {
      const { store, make } = storeWith({ limits: { tpm: 600 } });
      store.setLimits('m', { tpm: 300 });
      expect(ask(store, make(tokens(301)))).toEqual({ type: 'never', dimension: 'tpm', cost: 301, limit: 300 });
    });

    it('should raise limits as well, but not above the limit that the server has reported', () => {
      const { store, take, bucket } = storeWith({ limits: { tpm: 600 } });
      store.setLimits('m', { tpm: 900 });
      expect(bucket('tpm')?.limit).toBe(900);
      void store.learn(take(1), { tpm: { limit: 700, remaining: 699 } });
      store.setLimits('m', { tpm: 900 });
      expect(bucket('tpm')?.limit).toBe(700);
      store.setLimits('m', { tpm: 500 });
      expect(bucket('tpm')?.limit).toBe(500);
    });
  });
});
