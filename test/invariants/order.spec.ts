import fc from 'fast-check';
import { map, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import { DEFAULT_SLACK, PRIORITIES } from '../../src/model/Priority.ts';
import type { LimitStore } from '../../src/ports/LimitStore.ts';
import type { VirtualClock } from '../../src/testing/virtualClock.ts';
import type { NamedJob } from '../util/jobs.ts';
import { ask } from '../util/stores.ts';
import { check } from './check.ts';
import { type Arrival, arrive, type Granted, openLane } from './openLane.ts';

/** Longer than any run takes, in milliseconds. */
const LONG = 30 * 86_400_000;

const LIMIT = 1_000;
const RATE = LIMIT / 60_000;
const BYPASS = 0.25;

const arrivals = fc.array(
  fc.record({
    at: fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 600_000 })),
    units: fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 60 }) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: LIMIT }) },
    ),
    priority: fc.constantFrom(...PRIORITIES),
  }),
  { minLength: 2, maxLength: 40, size: 'max' },
);

const deadline = (job: NamedJob): number => job.arrival + DEFAULT_SLACK[job.priority];
const slackOf = (job: NamedJob): number => deadline(job) - job.arrival;
const isBefore = (a: NamedJob, b: NamedJob): boolean =>
  deadline(a) < deadline(b) || (deadline(a) === deadline(b) && a.seq < b.seq);

const run = (all: readonly Arrival[], bypass = BYPASS): readonly Granted[] => {
  const lane = openLane({ limits: { tpm: LIMIT }, bypass });
  lane.expect(all);
  lane.clock.flush(LONG);
  expect(lane.granted).toHaveLength(all.length);
  return lane.granted;
};

describe('I6: jobs that overtake', () => {
  it('should delay a waiting job by at most its share of slack, and never past its deadline', () => {
    check(
      fc.property(arrivals, (all) => {
        const putOff = new Map<NamedJob, number>();
        for (const { at, job, passed } of run(all)) {
          if (passed === undefined || !isBefore(passed, job)) continue;
          putOff.set(passed, (putOff.get(passed) ?? 0) + job.cost.tokens / RATE);
          expect(putOff.get(passed)).toBeLessThanOrEqual(BYPASS * slackOf(passed) + 1e-6);
          expect(at).toBeLessThan(deadline(passed));
        }
      }),
    );
  });

  it('should not exist without bypass', () => {
    check(
      fc.property(arrivals, (all) => {
        for (const { job, passed } of run(all, 0)) expect(passed === undefined || isBefore(job, passed)).toBe(true);
      }),
    );
  });
});

describe('I7: no job', () => {
  it.each([0, BYPASS])(
    'should wait longer than the work with earlier deadlines takes, with a bypass of %d',
    (bypass) => {
      check(
        fc.property(arrivals, (all) => {
          const granted = run(all, bypass);
          for (const { at, job } of granted) {
            const first = granted.filter((other) => other.job === job || isBefore(other.job, job));
            const work = first.reduce((sum, other) => sum + other.job.cost.tokens, 0) / RATE;
            const passing = first.reduce((sum, other) => sum + bypass * slackOf(other.job), 0);
            expect(at - job.arrival).toBeLessThanOrEqual(Math.ceil(work + passing + 1e-6));
          }
        }),
      );
    },
  );
});

describe('I8: an urgent job', () => {
  it('should not wait for a later arrival with a later deadline', () => {
    check(
      fc.property(arrivals, (all) => {
        const granted = run(all);
        for (const [i, { job }] of granted.entries()) {
          if (job.priority !== 'high') continue;
          const inverted = granted.slice(0, i).filter((other) => other.at > job.arrival && isBefore(job, other.job));
          expect(inverted).toEqual([]);
        }
      }),
    );
  });

  it('should wait for at most one question that was already open, with an asynchronous store', () => {
    const later =
      (ms: number) =>
      (scheduler: VirtualClock): LimitStore => {
        const inner = memoryLimitStore({ limits: { tpm: LIMIT }, scheduler });
        return {
          reserve: (reservation) => {
            const verdict = ask(inner, reservation);
            return timer(ms, scheduler).pipe(map(() => verdict));
          },
          sent: (reservation) => inner.sent?.(reservation),
          settle: (reservation, outcome) => inner.settle(reservation, outcome),
          learn: (reservation, headers) => inner.learn(reservation, headers),
          changes: (key) => inner.changes(key),
          levels: (key) => inner.levels(key),
        };
      };
    check(
      fc.property(arrivals, fc.integer({ min: 1, max: 500 }), (all, ms) => {
        const lane = openLane({ limits: {}, store: later(ms), bypass: 0 });
        lane.expect(all);
        lane.clock.flush(LONG);
        expect(lane.granted).toHaveLength(all.length);
        for (const [i, { job }] of lane.granted.entries()) {
          const inverted = lane.granted
            .slice(0, i)
            .filter((other) => other.at > job.arrival && isBefore(job, other.job) && job.priority === 'high');
          expect(inverted.length).toBeLessThanOrEqual(1);
        }
      }),
      15,
    );
  });
});

describe('I9: tenants', () => {
  it('should never differ by more than two of the largest requests while both wait', () => {
    const names = ['a', 'b', 'c'] as const;
    const jobs = fc.array(
      fc.record({ units: fc.integer({ min: 1, max: 400 }), tenant: fc.constantFrom(...names), percent: fc.nat(100) }),
      { minLength: 6, maxLength: 60 },
    );
    check(
      fc.property(jobs, (all) => {
        const left = new Map(names.map((name) => [name as string, 0]));
        for (const { tenant } of all) left.set(tenant, (left.get(tenant) ?? 0) + 1);
        const service = new Map<string, number>();
        const largest = Math.max(...all.map(({ units }) => units));
        const lane = openLane({
          limits: { tpm: LIMIT },
          bypass: 0,
          inFlight: 1,
          granted: (grant, { clock }) => {
            const { tenant = '', cost, seq } = grant.job;
            const usedTokens = Math.floor((cost.tokens * (all[seq]?.percent ?? 0)) / 100);
            arrive(grant);
            clock.schedule(() => {
              service.set(tenant, (service.get(tenant) ?? 0) + usedTokens);
              left.set(tenant, (left.get(tenant) ?? 0) - 1);
              grant.settle({ type: 'used', cost: { ...cost, tokens: usedTokens } });
              const waiting = names.filter((name) => (left.get(name) ?? 0) > 0);
              const had = waiting.map((name) => service.get(name) ?? 0);
              if (had.length > 1) expect(Math.max(...had) - Math.min(...had)).toBeLessThanOrEqual(2 * largest);
            }, 10);
          },
        });
        lane.expect(all.map(({ units, tenant }) => ({ at: 0, units, tenant })));
        lane.clock.flush(LONG);
        expect(lane.granted).toHaveLength(all.length);
      }),
    );
  });
});
