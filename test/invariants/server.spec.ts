import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { GroqEvent } from '../../src/model/GroqEvent.ts';
import type { LimitHeaders } from '../../src/model/LimitHeaders.ts';
import type { Limits } from '../../src/model/Limits.ts';
import { PRIORITIES } from '../../src/model/Priority.ts';
import { createServerModel } from '../../src/rules/serverModel.ts';
import { modelServer } from '../../src/testing/modelServer.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { tokens } from '../util/jobs.ts';
import { seeded } from '../util/random.ts';
import { ask, levelsOf, reservations } from '../util/stores.ts';
import { check } from './check.ts';

/** Longer than any run takes, in milliseconds. */
const LONG = 30 * 86_400_000;

/** A run of a client against a server with limits like those of Groq. */
interface Run {
  readonly seed: number;
  readonly limits: Limits;
  readonly count: number;
  /** The interval in which the requests are made, in milliseconds. */
  readonly within: number;
  /** The longest time that a message travels, in milliseconds. */
  readonly latency: number;
}

const runs: fc.Arbitrary<Run> = fc.record({
  seed: fc.nat(),
  limits: fc.record(
    {
      rpm: fc.integer({ min: 10, max: 200 }),
      tpm: fc.integer({ min: 2_000, max: 30_000 }),
      tpd: fc.integer({ min: 20_000, max: 200_000 }),
      rpd: fc.integer({ min: 50, max: 1_000 }),
      itpm: fc.integer({ min: 2_000, max: 9_000 }),
      otpm: fc.integer({ min: 2_000, max: 9_000 }),
    },
    { requiredKeys: ['tpm'] },
  ),
  count: fc.integer({ min: 1, max: 120 }),
  within: fc.constantFrom(0, 10_000, 600_000),
  latency: fc.constantFrom(0, 40, 400),
});

const play = ({ seed, limits, count, within, latency }: Run) => {
  const chance = seeded(seed);
  const below = (limit: number): number => Math.floor(chance() * limit);
  const clock = virtualClock();
  const travel = (): number => below(latency + 1);
  const server = modelServer({
    limits,
    scheduler: clock,
    network: { up: travel, down: travel },
    script: (request) => ({
      promptTokens: 50,
      completionTokens: below((request.max_completion_tokens ?? 0) + 1),
      duration: 100 + below(5_000),
    }),
  });
  const groq = createGroq({
    limits: { m: limits },
    transport: server,
    counter: constantCounter(50),
    scheduler: clock,
    random: chance,
    timeouts: { queue: LONG },
  });
  const events: GroqEvent[] = [];
  groq.events$.subscribe((event) => events.push(event));
  let ended = 0;
  for (let i = 0; i < count; i++) {
    clock.schedule(
      () => {
        const messages = [{ role: 'user' as const, content: 'x' }];
        const priority = PRIORITIES[below(4)];
        const request = { model: 'm', messages, max_completion_tokens: 1 + below(900) };
        const end = (): void => {
          ended += 1;
        };
        if (chance() < 0.5) groq.chat(request, { priority }).subscribe({ error: end, complete: end });
        else groq.complete(request, { priority }).subscribe({ error: end, complete: end });
      },
      below(within + 1),
    );
  }
  clock.flush(LONG);
  const kept = server.model('m').levels(clock.now());
  return { refusals: server.refusals, admissions: server.admissions, kept, events, ended, pending: clock.pending };
};

describe('I10: a server with the limits that the client knows', () => {
  it('should never refuse a request, whatever arrives when and however long messages travel', () => {
    check(
      fc.property(runs, (run) => {
        const { refusals, admissions, kept, ended, events, pending } = play(run);
        expect(refusals).toEqual([]);
        expect([admissions.length, kept.length]).toEqual([run.count, Object.keys(run.limits).length]);
        expect(events.filter(({ type }) => type === 'failed')).toEqual([]);
        expect([ended, pending]).toEqual([run.count, 0]);
      }),
      20,
    );
  });

  it('should hold at least the levels of the store, in whatever order messages arrive', () => {
    const request = fc.record({
      after: fc.oneof({ weight: 9, arbitrary: fc.nat(2_000) }, { weight: 1, arbitrary: fc.nat(200_000) }),
      output: fc.integer({ min: 0, max: 400 }),
      percent: fc.nat(100),
      up: fc.integer({ min: 0, max: 900 }),
      works: fc.nat(5_000),
      down: fc.nat(900),
    });
    const limits = fc.record({
      tpm: fc.integer({ min: 500, max: 3_000 }),
      rpd: fc.integer({ min: 5, max: 100 }),
      rpm: fc.integer({ min: 2, max: 30 }),
    });
    check(
      fc.property(limits, fc.array(request, { minLength: 1, maxLength: 60 }), (known, all) => {
        const clock = virtualClock();
        const server = createServerModel({ limits: known });
        const store = memoryLimitStore({ limits: known, scheduler: clock });
        const make = reservations();
        let sentAt = 0;
        for (const { after, output, percent, up, works, down } of all) {
          sentAt += after;
          const cost = { ...tokens(100 + output), inputTokens: 100, outputTokens: output };
          const reservation = make(cost);
          clock.schedule(function () {
            const verdict = ask(store, reservation);
            if (verdict.type !== 'granted') {
              if (verdict.type === 'wait') this.schedule(undefined, verdict.ms);
              return;
            }
            void store.sent?.(reservation);
            clock.schedule(() => {
              const claim = { promptTokens: 100, maxCompletionTokens: output };
              const ruling = server.admit(clock.now(), claim);
              expect(ruling.type).toBe('admitted');
              if (ruling.type !== 'admitted') return;
              const { requests: rpd, tokens: tpm } = ruling.shown;
              clock.schedule(() => {
                void store.learn(reservation, { ...(rpd && { rpd }), ...(tpm && { tpm }) });
              }, down);
              clock.schedule(() => {
                const completionTokens = Math.floor((output * percent) / 100);
                server.settle(clock.now(), ruling.admission, { promptTokens: 100, completionTokens });
                clock.schedule(() => {
                  void store.settle(reservation, { type: 'used', cost: tokens(100 + completionTokens) });
                }, down);
              }, works);
            }, up);
          }, sentAt);
        }
        clock.flush(LONG);
      }),
      80,
    );
  });
});

describe('I13: headers', () => {
  /** Consecutive requests, and the level that the server reports after each, true or not. */
  const answered = fc.array(
    fc.record({ after: fc.nat(3_000), units: fc.integer({ min: 1, max: 400 }), remaining: fc.nat(4_000) }),
    { minLength: 2, maxLength: 7 },
  );
  const orders = fc.array(fc.nat(1_000), { minLength: 7, maxLength: 7 });
  const LIMIT = 4_000;

  /** Sends all requests, then processes the answers in the given order, each of them `times` times. */
  const hear = (
    all: readonly { readonly after: number; readonly units: number; readonly remaining: number }[],
    order: readonly number[],
    times = 1,
  ) => {
    let now = 0;
    const scheduler = { ...virtualClock(), now: () => now };
    const store = memoryLimitStore({ limits: { tpm: LIMIT }, scheduler });
    const make = reservations();
    // Another request is in flight all the time.
    ask(store, make(tokens(500)));
    const taken = all.map(({ after, units, remaining }) => {
      now += after;
      const reservation = make(tokens(units));
      ask(store, reservation);
      void store.sent?.(reservation);
      return { reservation, headers: { tpm: { limit: LIMIT, remaining } } satisfies LimitHeaders, units, at: now };
    });
    const levels: number[] = [];
    const sorted = taken.map((one, i) => ({ ...one, rank: order[i] ?? 0 })).sort((a, b) => a.rank - b.rank);
    for (const { reservation, headers } of sorted) {
      for (let i = 0; i < times; i++) void store.learn(reservation, headers);
      levels.push(levelsOf(store)[0]?.level ?? Number.NaN);
    }
    return { levels, level: levels.at(-1) ?? Number.NaN, taken, now };
  };

  it('should have the same effect in any order', () => {
    check(
      fc.property(answered, orders, orders, (all, one, other) => {
        expect(hear(all, one).level).toBeCloseTo(hear(all, other).level, 6);
      }),
    );
  });

  it('should have the same effect when they are processed again', () => {
    check(
      fc.property(answered, orders, fc.integer({ min: 2, max: 20 }), (all, order, times) => {
        expect(hear(all, order, times).levels).toEqual(hear(all, order).levels);
      }),
    );
  });

  it('should never raise a level above the limit minus the reservations in flight', () => {
    check(
      fc.property(fc.tuple(answered, answered, answered), fc.integer({ min: 1, max: 9 }), (three, times) => {
        const all = three.flat();
        // The first answer reports an empty bucket, all others a full one.
        const generous = all.map((one, i) => ({ ...one, remaining: i === 0 ? 0 : LIMIT }));
        const { levels, taken, now } = hear(generous, [], times);
        taken.forEach((_, heard) => {
          // Requests count as arrived a second after they were sent, even without an answer.
          const away = taken
            .slice(heard + 1)
            .reduce((sum, { units, at }) => (at + 1_000 > now ? sum + units : sum), 500);
          expect(levels[heard]).toBeLessThanOrEqual(LIMIT - away + 1e-6);
        });
      }),
    );
  });
});

describe('I16: a run', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('should produce the same trace each time, and depend only on its seed and its clock', () => {
    check(
      fc.property(runs, (run) => {
        const first = play(run).events;
        const chance = vi.spyOn(Math, 'random');
        const wall = vi.spyOn(Date, 'now');
        const second = play(run).events;
        expect([chance.mock.calls.length, wall.mock.calls.length]).toEqual([0, 0]);
        vi.restoreAllMocks();
        expect(second).toEqual(first);
      }),
      5,
    );
  });
});
