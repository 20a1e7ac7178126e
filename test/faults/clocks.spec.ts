import { createGroq, isTimeoutError } from 'rxgroq';
import { fakeTransport, limitsOf, modelServer, network, seeded, virtualClock, wire, wordCounter } from 'rxgroq/testing';
import { concat, NEVER, of, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { chunk, DONE_EVENT, LAST_CHUNK } from '../util/http.ts';
import { told } from '../util/told.ts';
import { BEGUN, bytes, finish, first, refusal, two, writes } from './answers.ts';
import { type Fault, HOUR, MODEL, RESERVED, request, type Stage, testFaults } from './harness.ts';
import { jumpingClock } from './jumpingClock.ts';
import { Ledger } from './Ledger.ts';

const DAY = 24 * HOUR;
const REST = bytes(chunk(two), chunk(finish), chunk(DONE_EVENT), LAST_CHUNK);

const socketOf = ({ server }: Stage) => {
  const [asked = expect.unreachable()] = server.requests.all;
  return asked.connection.socket;
};

const faults: readonly Fault[] = [
  ...[HOUR, -HOUR, DAY, -DAY].map((shift) => ({
    id: `70/${shift / HOUR}h`,
    what: `a wall clock that is put by ${shift / HOUR} hours while an answer comes`,
    answer: writes(BEGUN),
    options: { scheduler: systemClock },
    play: async (stage: Stage) => {
      await stage.asked.values.at(0);
      const before = systemClock.now();
      vi.useFakeTimers({ toFake: ['Date'] });
      vi.setSystemTime(Date.now() + shift);
      expect(Math.abs(systemClock.now() - before)).toBeLessThan(HOUR / 2);
      socketOf(stage).write(REST);
    },
    pooled: 1,
  })),
  {
    id: '70/date',
    what: 'a retry-after with a date, by a server whose clock is not ours',
    answer: first(
      writes(refusal(503, { 'retry-after': 'Wed, 18 Nov 2015 12:01:30 GMT', date: 'Wed, 18 Nov 2015 12:00:00 GMT' })),
    ),
    play: async ({ events, clock, server }) => {
      while (!events.some(({ type }) => type === 'retrying')) await clock.idle();
      expect(events).toContainEqual(expect.objectContaining({ type: 'retrying', delay: 90_000 }));
      clock.advance(90_000);
      await server.requests.at(1);
    },
    requests: 2,
    outcomes: ['unknown', 'used'],
    pooled: 1,
  },
  {
    id: '72/blocked',
    what: 'a program that is busy for longer than a token may take, while one waits at the socket',
    answer: writes(BEGUN),
    options: { scheduler: systemClock, timeouts: { betweenTokens: 100 } },
    play: async (stage) => {
      await stage.asked.values.at(0);
      socketOf(stage).write(REST);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    },
    pooled: 1,
  },
];

describe('clocks', () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  testFaults(faults);

  it('71: a machine that slept for eight hours', () => {
    const clock = jumpingClock();
    const ledger = new Ledger(clock, { tpm: 2 * RESERVED });
    const transport = fakeTransport(() => concat(of(wire.sent, wire.head()), NEVER));
    const groq = createGroq({ transport, counter: constantCounter(10), scheduler: clock, store: ledger });
    const answers = Array.from({ length: 10 }, () => told(groq.chat(request)));
    clock.jump(0);
    expect(transport.requests).toHaveLength(2);
    clock.jump(8 * HOUR);
    // Requests in flight time out once, and as many start as the bucket holds, not eight hours' worth.
    const late = answers.filter(({ ends }) => ends.length > 0);
    expect(late).toHaveLength(2);
    for (const { ends } of late) expect(ends).toEqual([['error', expect.toSatisfy(isTimeoutError)]]);
    expect([transport.requests.length, transport.open]).toEqual([4, 2]);
    const [bucket] = ledger.levelsNow(MODEL);
    expect(bucket?.level).toBe(0);
    for (const { subscription } of answers) subscription.unsubscribe();
    clock.jump(0);
    expect([clock.pending, transport.open, ledger.open.size]).toEqual([0, 0, 0]);
  });

  it('72: timers that are early and late by fifteen milliseconds', () => {
    const clock = virtualClock();
    const random = seeded(7);
    const shaky: SchedulerLike = {
      now: () => clock.now(),
      schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T) =>
        clock.schedule<T>(work, delay === 0 ? 0 : Math.max(1, delay + 30 * random() - 15), state),
    };
    const limits = limitsOf('60/min, 1000 tokens/min');
    const server = modelServer({ limits, scheduler: clock, network: network({ latency: 20 }) });
    const groq = createGroq({ transport: server, counter: wordCounter(), scheduler: shaky, limits: { m: limits } });
    const answers = Array.from({ length: 200 }, () =>
      told(groq.complete({ model: 'm', messages: [{ role: 'user', content: 'a b c' }], max_completion_tokens: 10 })),
    );
    clock.flush();
    expect(answers.filter(({ ends }) => ends[0]?.[0] === 'complete')).toHaveLength(200);
    expect(server.refusals).toEqual([]);
  });
});
