import fc from 'fast-check';
import { concat, defer, mergeMap, type Observable, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import { ConnectionError } from '../../src/errors/ConnectionError.ts';
import { DIMENSIONS } from '../../src/model/Dimension.ts';
import { PRIORITIES } from '../../src/model/Priority.ts';
import type { WireEvent } from '../../src/ports/Transport.ts';
import { modelServer } from '../../src/testing/modelServer.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { wire } from '../../src/testing/wire.ts';
import { seeded } from '../util/random.ts';
import { check } from './check.ts';
import { type Arrival, arrive, openLane } from './openLane.ts';

/** Longer than any run takes, in milliseconds. */
const LONG = 86_400_000;

const LIMIT = 1_000;
const RATE = LIMIT / 60_000;

const arrival = (latest: number, largest = LIMIT): fc.Arbitrary<Arrival> =>
  fc.record({
    at: fc.integer({ min: 0, max: latest }),
    units: fc.integer({ min: 1, max: largest }),
    priority: fc.constantFrom(...PRIORITIES),
  });
const arrivals = fc.array(arrival(200_000), { minLength: 1, maxLength: 30 });

/** The used percentage of each reservation, and how long after the grant it is known. */
const ends = fc.array(fc.record({ percent: fc.nat(100), after: fc.nat(90_000) }), { minLength: 1, maxLength: 10 });

const used = (units: number) => ({ requests: 1, tokens: units, inputTokens: units, outputTokens: 0, audioSeconds: 0 });

describe('I4: work', () => {
  it('should be done at once: between events, the best waiting job does not fit', () => {
    const moments = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 10, maxLength: 80, size: 'max' });
    check(
      fc.property(fc.array(arrival(20_000), { minLength: 5, maxLength: 30 }), ends, moments, (all, how, steps) => {
        let count = 0;
        const lane = openLane({
          limits: { tpm: LIMIT, rpm: 7 },
          granted: (grant, { clock }) => {
            const { percent, after } = how[count++ % how.length] ?? { percent: 0, after: 0 };
            arrive(grant);
            clock.schedule(() => {
              grant.settle({ type: 'used', cost: used((grant.job.cost.tokens * percent) / 100) });
            }, after);
          },
        });
        lane.expect(all);
        for (const step of steps) {
          lane.clock.flush(lane.clock.now() + step);
          const head = lane.backlog?.peek()?.job;
          if (head === undefined) continue;
          const short = lane.levels().filter(({ dimension, level }) => level < head.cost[DIMENSIONS[dimension].unit]);
          expect(short).not.toEqual([]);
        }
      }),
    );
  });

  it('should wait no longer than until the millisecond in which it fits', () => {
    check(
      fc.property(arrivals, (all) => {
        const lane = openLane({ limits: { tpm: LIMIT }, bypass: 0 });
        lane.expect(all);
        lane.clock.flush(LONG);
        expect(lane.granted).toHaveLength(all.length);
        let level = LIMIT;
        let last = 0;
        lane.granted.forEach(({ at, job }, i) => {
          const before = Math.min(LIMIT, level + RATE * (at - last));
          const couldBefore = Math.min(LIMIT, level + RATE * (at - 1 - last)) >= job.cost.tokens;
          const became = Math.max(job.arrival, lane.granted[i - 1]?.at ?? 0);
          if (at > became) expect(couldBefore).toBe(false);
          level = before - job.cost.tokens;
          last = at;
        });
      }),
    );
  });
});

describe('I5: a bucket', () => {
  it('should never stay full while a request waits, so that no refill is lost', () => {
    // No job needs a full bucket: a refund after a full bucket may be lost at the server.
    const small = fc.array(arrival(0, 0.9 * LIMIT), { minLength: 5, maxLength: 40 });
    check(
      fc.property(small, ends, (all, how) => {
        let count = 0;
        let spent = 0;
        const lane = openLane({
          limits: { tpm: LIMIT },
          granted: (grant, { clock }) => {
            const reserved = grant.job.cost.tokens;
            const { percent, after } = how[count++ % how.length] ?? { percent: 0, after: 0 };
            spent += reserved;
            arrive(grant);
            clock.schedule(() => {
              const { level = 0 } = lane.levels()[0] ?? {};
              const back = Math.min((reserved * (100 - percent)) / 100, LIMIT - level);
              spent -= back;
              grant.settle({ type: 'used', cost: used(reserved - back) });
            }, after);
          },
        });
        lane.expect(all);
        for (let now = 0; now < LONG && (lane.backlog?.size ?? 1) > 0; now += 7_001) {
          lane.clock.flush(now);
          const head = lane.backlog?.peek()?.job;
          if (head === undefined) return;
          expect(LIMIT + RATE * now - spent).toBeLessThan(head.cost.tokens + 1e-6);
        }
      }),
    );
  });
});

describe('I11: the time for all jobs', () => {
  it('should not depend on the order: the last admission is the same under every policy', () => {
    const slack = fc.record({
      high: fc.nat(1e5),
      normal: fc.nat(1e6),
      low: fc.nat(1e6),
      background: fc.nat(1e7),
    });
    const policy = fc.record({ slack, bypass: fc.constantFrom(0, 0.25, 1) });
    const priorities = fc.array(fc.constantFrom(...PRIORITIES), { minLength: 40, maxLength: 40 });
    const lastOf = (all: readonly Arrival[], config: object): number => {
      const lane = openLane({ limits: { tpm: LIMIT }, ...config });
      lane.expect(all);
      lane.clock.flush(LONG);
      return lane.granted.length === all.length ? (lane.granted.at(-1)?.at ?? 0) : Number.NaN;
    };
    check(
      fc.property(
        fc.array(arrival(0), { minLength: 2, maxLength: 40 }),
        policy,
        policy,
        priorities,
        (all, one, other, names) => {
          const ideal = Math.max(0, Math.ceil((all.reduce((sum, { units }) => sum + units, 0) - LIMIT) / RATE - 1e-6));
          const renamed = all.map((job, i) => ({ ...job, priority: names[i] ?? 'low' }));
          expect(lastOf(all, one)).toBe(ideal);
          expect(lastOf(renamed, other)).toBe(ideal);
        },
      ),
    );
  });
});

describe('I15: a queue', () => {
  const run = (seed: number, count: number, faultsEnd: number) => {
    const chance = seeded(seed);
    const clock = virtualClock();
    const server = modelServer({
      limits: { tpm: 6_000, rpm: 60 },
      scheduler: clock,
      script: () => ({ promptTokens: 10, completionTokens: Math.floor(chance() * 90), duration: 1_000 }),
    });
    const refusal = (status: number, headers = {}): Observable<WireEvent> =>
      of(wire.sent, wire.head(status, headers), wire.error('no'));
    const faults: (() => Observable<WireEvent>)[] = [
      () => refusal(429),
      () => refusal(429, { 'retry-after': String(Math.floor(chance() * 20)) }),
      () => refusal(503, { 'retry-after': String(Math.floor(chance() * 20)) }),
      () => throwError(() => new ConnectionError('', { sent: chance() < 0.5 })),
      () => concat(of(wire.sent, wire.head()), timer(1e9, clock) as Observable<never>),
    ];
    const groq = createGroq({
      limits: { m: { tpm: 6_000, rpm: 60 } },
      counter: constantCounter(10),
      scheduler: clock,
      random: chance,
      transport: {
        send: (request) =>
          defer(() => {
            const fault = faults[Math.floor(chance() * faults.length)];
            if (clock.now() >= faultsEnd || fault === undefined) return server.send(request);
            return timer(30, clock).pipe(mergeMap(fault));
          }),
      },
    });
    const endedAt: number[] = [];
    const ended = (): void => {
      endedAt.push(clock.now());
    };
    for (let i = 0; i < count; i++) {
      const request = { model: 'm', messages: [{ role: 'user' as const, content: 'x' }], max_completion_tokens: 90 };
      groq.chat(request, { retry: { count: 9 } }).subscribe({ error: ended, complete: ended });
    }
    clock.flush(LONG);
    return { endedAt, pending: clock.pending, open: server.open };
  };

  it('should be empty in bounded time after the faults have stopped', () => {
    check(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 60 }), fc.nat(100_000), (seed, count, faultsEnd) => {
        const { endedAt, pending, open } = run(seed, count, faultsEnd);
        expect(endedAt).toHaveLength(count);
        expect([pending, open]).toEqual([0, 0]);
        // Two minutes until missing answers time out, the time for their charges to flow back in, a minute for the
        // longest pause, and then the pace of the limits.
        const work = (count * 100) / (6_000 / 60_000);
        expect(Math.max(...endedAt)).toBeLessThanOrEqual(faultsEnd + 120_000 + 60_000 + 20_000 + 2 * work + 2_000);
      }),
      15,
    );
  });
});
