import fc from 'fast-check';
import type { SchedulerLike } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type MemoryLimitStore, memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import type { Cost } from '../../src/model/Cost.ts';
import { DIMENSIONS, type Dimension } from '../../src/model/Dimension.ts';
import type { BucketLevel, Limits } from '../../src/model/Limits.ts';
import type { Outcome } from '../../src/model/Outcome.ts';
import type { Reservation } from '../../src/model/Reservation.ts';
import { NO_COST } from '../../src/rules/counting/cost.ts';
import { ask, levelsOf, reservations } from '../util/stores.ts';
import { check } from './check.ts';

const costOf = (input: number, output: number): Cost => ({
  requests: 1,
  tokens: input + output,
  inputTokens: input,
  outputTokens: output,
  audioSeconds: 0,
});

const part = ({ requests, inputTokens, outputTokens }: Cost, share: number): Cost => ({
  ...costOf(Math.round(inputTokens * share), Math.round(outputTokens * share)),
  requests,
});

/** An operation on a store, `after` milliseconds after the one before. */
type Step = { readonly after: number } & (
  | { readonly type: 'reserve'; readonly input: number; readonly output: number }
  /** An operation on the open reservation `which`. */
  | { readonly type: 'sent' | 'learn' | 'unsent' | 'unknown' | 'rejected'; readonly which: number }
  | { readonly type: 'used'; readonly which: number; readonly percent: number }
);

const after = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 300 }) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 5_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 200_000 }) },
);
const which = fc.nat(1_000);
const reserving = fc.record({
  type: fc.constant('reserve' as const),
  after,
  input: fc.integer({ min: 1, max: 300 }),
  output: fc.integer({ min: 1, max: 300 }),
});
const using = (most: number) =>
  fc.record({ type: fc.constant('used' as const), after, which, percent: fc.integer({ min: 0, max: most }) });
const other = fc.record({
  type: fc.constantFrom('sent' as const, 'learn' as const, 'unsent' as const, 'unknown' as const, 'rejected' as const),
  after,
  which,
});
const steps = (mostUsed: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 5, arbitrary: reserving },
      { weight: 2, arbitrary: using(mostUsed) },
      { weight: 3, arbitrary: other },
    ),
    { minLength: 1, maxLength: 60 },
  );

const limits: fc.Arbitrary<Limits> = fc.record({
  rpm: fc.integer({ min: 1, max: 30 }),
  tpm: fc.integer({ min: 600, max: 5_000 }),
  tpd: fc.integer({ min: 600, max: 20_000 }),
  itpm: fc.integer({ min: 300, max: 3_000 }),
});

/** The units taken from each limit at a moment, or given back if negative. */
interface Entry {
  readonly at: number;
  readonly cost: Cost;
  readonly isReserve: boolean;
}

const minus = (a: Cost, b: Cost): Cost => ({
  requests: a.requests - b.requests,
  tokens: a.tokens - b.tokens,
  inputTokens: a.inputTokens - b.inputTokens,
  outputTokens: a.outputTokens - b.outputTokens,
  audioSeconds: a.audioSeconds - b.audioSeconds,
});

/** A store with a clock set by hand, and a ledger of the units taken and given back. */
class Ledger {
  now = 0;
  readonly entries: Entry[] = [];
  readonly open: Reservation[] = [];
  /** Reservations that were not reported as sent. */
  readonly unsent = new Set<Reservation>();
  readonly store: MemoryLimitStore;
  readonly #make = reservations();

  constructor(limits: Limits) {
    const scheduler: SchedulerLike = { now: () => this.now, schedule: () => expect.fail('it needs no timer') };
    this.store = memoryLimitStore({ limits, scheduler });
  }

  reserve(cost: Cost): Reservation | undefined {
    const reservation = this.#make(cost);
    if (ask(this.store, reservation).type !== 'granted') return undefined;
    this.open.push(reservation);
    this.unsent.add(reservation);
    this.entries.push({ at: this.now, cost, isReserve: true });
    return reservation;
  }

  settle(reservation: Reservation, outcome: Outcome, back: Cost): void {
    this.open.splice(this.open.indexOf(reservation), 1);
    this.unsent.delete(reservation);
    void this.store.settle(reservation, outcome);
    this.entries.push({ at: this.now, cost: minus(NO_COST, back), isReserve: false });
  }

  do(step: Step): void {
    this.now += step.after;
    if (step.type === 'reserve') {
      this.reserve(costOf(step.input, step.output));
      return;
    }
    const reservation = this.open[step.which % this.open.length];
    if (reservation === undefined) return;
    const { cost } = reservation;
    if (step.type === 'sent' || step.type === 'learn') this.unsent.delete(reservation);
    if (step.type === 'sent') void this.store.sent?.(reservation);
    else if (step.type === 'learn') void this.store.learn(reservation, {});
    else if (step.type === 'used') {
      const used = part(cost, step.percent / 100);
      this.settle(reservation, { type: 'used', cost: used }, minus(cost, used));
    } else if (step.type === 'unsent') this.settle(reservation, { type: 'unsent' }, cost);
    else if (step.type === 'unknown') this.settle(reservation, { type: 'unknown' }, NO_COST);
    else this.settle(reservation, { type: 'rejected', ms: 5 }, { ...cost, requests: 0 });
  }

  levels(): readonly BucketLevel[] {
    return levelsOf(this.store);
  }

  /** The most that was taken from a limit in any interval, minus the inflow in it. */
  mostTaken(dimension: Dimension, limit: number): number {
    const { unit, window } = DIMENSIONS[dimension];
    let most = 0;
    this.entries.forEach((last, end) => {
      if (!last.isReserve) return;
      let taken = 0;
      for (let i = end; i >= 0; i--) {
        const { at, cost } = this.entries[i] as Entry;
        taken += cost[unit];
        most = Math.max(most, taken - (limit / window) * (last.at - at));
      }
    });
    return most;
  }
}

const dimensionsOf = (limits: Limits) => Object.entries(limits) as [Dimension, number][];

describe('I1: capacity', () => {
  it('should hold in every interval: reservations minus refunds are at most a full bucket and its inflow', () => {
    check(
      fc.property(limits, steps(120), (known, all) => {
        const ledger = new Ledger(known);
        for (const step of all) ledger.do(step);
        for (const [dimension, limit] of dimensionsOf(known)) {
          expect(ledger.mostTaken(dimension, limit), dimension).toBeLessThanOrEqual(limit + 1e-6);
        }
      }),
      150,
    );
  });

  it('should hold for every level: at most the limit minus the reservations that were not sent', () => {
    check(
      fc.property(limits, steps(120), (known, all) => {
        const ledger = new Ledger(known);
        for (const step of all) {
          ledger.do(step);
          for (const { dimension, level, limit } of ledger.levels()) {
            const { unit } = DIMENSIONS[dimension];
            const away = [...ledger.unsent].reduce((sum, { cost }) => sum + cost[unit], 0);
            expect(level, dimension).toBeLessThanOrEqual(limit - away + 1e-9);
          }
        }
      }),
    );
  });
});

describe('I2: conservation', () => {
  it('should hold after every event: while a bucket is not full, no unit is lost or created', () => {
    const inAnHour = fc.array(
      fc.oneof({ weight: 3, arbitrary: reserving }, { weight: 2, arbitrary: using(150) }, other),
      { minLength: 1, maxLength: 40 },
    );
    check(
      fc.property(inAnHour, (all) => {
        // So much is used at first that no bucket is full again during a run.
        const known: Limits = { rpd: 10_000, tpd: 4_000_000, asd: 1_000_000 };
        const ledger = new Ledger(known);
        const first = { ...costOf(2_000_000, 2_000_000), requests: 9_999 };
        const reservation = ledger.reserve(first) as Reservation;
        void ledger.store.learn(reservation, {});
        ledger.settle(reservation, { type: 'unknown' }, NO_COST);
        for (const step of all) {
          ledger.do({ ...step, after: step.after % 60_000 });
          for (const { dimension, level, limit } of ledger.levels()) {
            const { unit, window } = DIMENSIONS[dimension];
            const taken = ledger.entries.reduce((sum, { cost }) => sum + cost[unit], 0);
            const expected = Math.min(limit, limit + (limit / window) * ledger.now - taken);
            expect(level, dimension).toBeCloseTo(expected, 5);
          }
        }
      }),
    );
  });
});

describe('I12: a clock that jumps', () => {
  it('should add nothing when it goes back, and at most fill the bucket when it goes forward', () => {
    const jumps = fc.array(
      fc.record({ to: fc.integer({ min: -1e7, max: 1e7 }), input: fc.integer({ min: 1, max: 300 }) }),
      { minLength: 1, maxLength: 40 },
    );
    check(
      fc.property(limits, jumps, (known, all) => {
        const ledger = new Ledger(known);
        let latest = 0;
        for (const { to, input } of all) {
          const before = ledger.levels();
          ledger.now = to;
          ledger.levels().forEach(({ dimension, level, limit, rate }, i) => {
            const most = (before[i]?.level ?? 0) + rate * Math.max(0, to - latest);
            expect(level, dimension).toBeLessThanOrEqual(Math.min(most, limit) + 1e-6);
          });
          latest = Math.max(latest, to);
          const reservation = ledger.reserve(costOf(input, 1));
          if (reservation !== undefined) void ledger.store.learn(reservation, {});
        }
      }),
    );
  });
});
