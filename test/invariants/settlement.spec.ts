import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import type { Grant } from '../../src/model/Grant.ts';
import type { Outcome } from '../../src/model/Outcome.ts';
import type { Reservation } from '../../src/model/Reservation.ts';
import { type Quota, quota } from '../../src/testing/quota.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { type NamedJob, tokens } from '../util/jobs.ts';
import { ask, levelsOf, reservations } from '../util/stores.ts';
import { check } from './check.ts';
import { type Arrival, arrive, type Lane, openLane } from './openLane.ts';

/** Longer than any run takes, in milliseconds. */
const LONG = 86_400_000;

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constant<Outcome>({ type: 'unsent' }),
  fc.constant<Outcome>({ type: 'unknown' }),
  fc.constant<Outcome>({ type: 'rejected', ms: 1 }),
  fc.integer({ min: 0, max: 12 }).map((used): Outcome => ({ type: 'used', cost: tokens(used) })),
);

/** An operation on the grant or the reservation with this number. */
type Act =
  | { readonly on: number; readonly type: 'sent' | 'learn' }
  | { readonly on: number; readonly type: 'settle'; readonly outcome: Outcome };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ on: fc.nat(7), type: fc.constantFrom('sent' as const, 'learn' as const) }),
  fc.record({ on: fc.nat(7), type: fc.constant('settle' as const), outcome }),
);
const acts = fc.array(act, { maxLength: 60 });

describe('I3: one settlement', () => {
  it('should be made for every reservation in the end, in whatever order its grant is notified', () => {
    check(
      fc.property(acts, (all) => {
        const grants: Grant<NamedJob>[] = [];
        let store: Quota | undefined;
        const lane = openLane({
          limits: {},
          store: (scheduler) => (store = quota(80, 60_000, { scheduler, unit: 'tokens' })),
          granted: (grant) => grants.push(grant),
        });
        lane.expect(Array.from({ length: 8 }, () => ({ at: 0, units: 10 })));
        lane.clock.flush();
        const first = new Map<string, Outcome>();
        for (const each of all) {
          const grant = grants[each.on] as Grant<NamedJob>;
          if (each.type === 'settle') {
            const { id } = grant.reservation;
            if (!first.has(id)) first.set(id, each.outcome);
            grant.settle(each.outcome);
          } else if (each.type === 'sent') grant.sent();
          else grant.learn({});
        }
        expect(store?.settled).toEqual([...first]);
        for (const grant of grants) grant.settle({ type: 'unsent' });
        expect(store?.settled).toHaveLength(8);
        expect(store?.open.size).toBe(0);
      }),
    );
  });

  it('should be the only one that changes the store', () => {
    check(
      fc.property(acts, outcome, (all, end) => {
        const clock = virtualClock();
        const store = memoryLimitStore({ limits: { rpm: 20, tpm: 1_000 }, scheduler: clock });
        const make = reservations();
        const taken = Array.from({ length: 8 }, () => make(tokens(100)));
        for (const reservation of taken) ask(store, reservation);
        const settled = new Set<Reservation>();
        const tell = (reservation: Reservation, type: Act['type'], how: Outcome): void => {
          if (type === 'sent') void store.sent?.(reservation);
          else if (type === 'learn') void store.learn(reservation, { tpm: { limit: 1_000, remaining: 0 } });
          else {
            settled.add(reservation);
            void store.settle(reservation, how);
          }
        };
        for (const each of all) {
          const reservation = taken[each.on] as Reservation;
          const before = settled.has(reservation) ? levelsOf(store) : undefined;
          tell(reservation, each.type, each.type === 'settle' ? each.outcome : end);
          if (before !== undefined) expect(levelsOf(store)).toEqual(before);
        }
      }),
    );
  });
});

describe('I14: a cancelled job', () => {
  const arrivals: fc.Arbitrary<Arrival[]> = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 30_000 }),
      units: fc.integer({ min: 1, max: 600 }),
      priority: fc.constantFrom('high' as const, 'normal' as const, 'low' as const),
    }),
    { minLength: 2, maxLength: 25 },
  );
  /** A position between two grants, and the job that arrives and is cancelled there. */
  const passing = fc.record({
    gap: fc.nat(100),
    from: fc.integer({ min: 1, max: 99 }),
    until: fc.integer({ min: 1, max: 99 }),
    units: fc.integer({ min: 1, max: 1_000 }),
    priority: fc.constantFrom('high' as const, 'normal' as const, 'low' as const, 'background' as const),
  });

  const open = (all: readonly Arrival[], leaves = 0): Lane => {
    const lane = openLane({
      limits: { tpm: 1_000, rpm: 40 },
      bypass: 0,
      granted: (grant, { clock }) => {
        if (grant.job.name !== 'guest') {
          arrive(grant);
          return;
        }
        // It is still connecting; `send` then gives the grant back.
        clock.schedule(() => {
          grant.settle({ type: 'unsent' });
        }, leaves - clock.now());
      },
    });
    lane.expect(all);
    return lane;
  };
  const traceOf = ({ granted }: Lane, without = -1): string[] =>
    granted.flatMap(({ at, job }) => (job.seq === without ? [] : [`${at} ${job.priority} ${job.cost.tokens}`]));

  it('should leave everything as if it had never arrived', () => {
    check(
      fc.property(arrivals, passing, (all, { gap, from, until, units, priority }) => {
        const alone = open(all);
        alone.clock.flush(LONG);
        // An interval without grants during which some job waits.
        const times = [...new Set(alone.granted.map(({ at }) => at))];
        const gaps = times.slice(1).map((end, i) => ({ start: times[i] ?? 0, end }));
        const { start, end } = gaps[gap % gaps.length] ?? { start: 0, end: 0 };
        const at = (percent: number): number => Math.floor(start + ((end - start) * percent) / 100);
        const [comes, goes] = [at(Math.min(from, until)), at(Math.max(from, until))];
        fc.pre(comes > start && goes < end);

        const together = open(all, goes);
        together.clock.flush(comes);
        const guest = together.add({ units, priority, name: 'guest' });
        together.clock.flush(goes);
        guest.cancel();
        together.clock.flush(LONG);
        expect(traceOf(together, guest.job.seq)).toEqual(traceOf(alone));
        expect(together.levels()).toEqual(alone.levels());
        expect([together.backlog?.size, together.clock.pending]).toEqual([0, 0]);
      }),
    );
  });
});
