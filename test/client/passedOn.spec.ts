import { concat, lastValueFrom, map, NEVER, type Observable, of, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import { isValidationError } from '../../src/errors/guards.ts';
import type { TimeoutPhase } from '../../src/errors/TimeoutError.ts';
import type { WireEvent } from '../../src/ports/Transport.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { quota } from '../../src/testing/quota.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { wire } from '../../src/testing/wire.ts';
import { told } from '../util/told.ts';

const model = 'openai/gpt-oss-20b';
const messages = [{ role: 'user' as const, content: 'Hi' }];
const usage = wire.usage({ prompt_tokens: 1_000_000, completion_tokens: 1_000_000 });
const WHOLE = of(wire.sent, wire.head(), wire.text('a'), wire.finish('stop', usage), wire.done);

/** A client in virtual time that makes one request an hour. */
const setUp = (events: Observable<WireEvent>, options: GroqOptions = {}) => {
  const clock = virtualClock();
  const store = quota(1, 3_600_000, { scheduler: clock });
  const counter = constantCounter(1);
  const transport = fakeTransport(() => events);
  const groq = createGroq({ transport, counter, store, scheduler: clock, retry: { count: 0 }, ...options });
  return { clock, groq };
};

describe('an option of a client', () => {
  it.each<[TimeoutPhase, number, Observable<WireEvent>, number]>([
    ['connect', 10_000, NEVER, 1],
    ['total', 120_000, concat(of(wire.sent), NEVER), 1],
    ['betweenTokens', 60_000, concat(of(wire.sent, wire.head(), wire.text('a')), NEVER), 1],
    ['queue', 86_400_000, concat(of(wire.sent), NEVER), 30],
  ])('should limit `%s` to %d ms by default', async (phase, limit, events, asked) => {
    const { clock, groq } = setUp(events);
    const answers = Array.from({ length: asked }, () => told(groq.chat({ model, messages })));
    clock.flush(limit - 1);
    const last = answers.at(-1);
    expect(last?.ends).toEqual([]);
    clock.flush(limit);
    expect(await last?.error).toMatchObject({ phase, limit });
    await groq.close();
  });

  it('should decide which request leaves a full queue', async () => {
    const { clock, groq } = setUp(WHOLE, { maxQueued: 1, overflow: 'newest' });
    const answers = (['low', 'low', 'high'] as const).map((priority) => {
      const answer = told(groq.chat({ model, messages }, { priority }));
      clock.flush(clock.now() + 1);
      return answer;
    });
    expect(answers.map(({ ends }) => ends.length)).toEqual([1, 0, 1]);
    expect(await answers[2]?.error).toMatchObject({ code: 'GROQ_ERR_QUEUE_FULL' });
    await groq.close();
  });

  it('should decide how long a priority can be overtaken', () => {
    const { clock, groq } = setUp(WHOLE, { slack: { low: 0 }, timeouts: { queue: Infinity } });
    const order: string[] = [];
    for (const priority of ['high', 'low', 'normal'] as const) {
      groq.chat({ model, messages }, { priority }).subscribe({ complete: () => order.push(priority) });
    }
    clock.flush(7_200_001);
    expect(order.at(-1)).toBe('normal');
    expect(order).toHaveLength(3);
  });

  it('should limit the length of a line', async () => {
    const { clock, groq } = setUp(WHOLE, { maxLineBytes: 20 });
    const answer = told(groq.chat({ model, messages }));
    clock.flush(1);
    expect(await answer.error).toMatchObject({ code: 'GROQ_ERR_PROTOCOL' });
  });

  it('should replace a price of the catalogue', () => {
    const { clock, groq } = setUp(WHOLE, { prices: { [model]: { input: 3, output: 4 } } });
    const costs: unknown[] = [];
    groq.usage$.subscribe((record) => costs.push('cost' in record && record.cost));
    groq.chat({ model, messages }).subscribe();
    clock.flush(1);
    expect(costs).toEqual([7]);
  });

  it('should limit the time to connect ahead, which also ends when the client is closed', async () => {
    const opening = { ...fakeTransport(() => NEVER), connect: () => NEVER };
    const { clock, groq } = setUp(NEVER, { transport: opening, timeouts: { connect: 100 } });
    const late = expect(groq.connect()).rejects.toMatchObject({ phase: 'connect', limit: 100 });
    clock.flush(100);
    await late;
    const cut = expect(groq.connect()).rejects.toMatchObject({ code: 'GROQ_ERR_CLOSED' });
    await groq.close();
    await cut;
  });

  it('should not extend a timeout when it says again and again that an answer is read', async () => {
    const { clock, groq } = setUp(concat(of(wire.sent), NEVER));
    const paused$ = timer(0, 30, clock).pipe(map(() => false));
    const answer = told(groq.chat({ model, messages }, { paused$, timeouts: { firstToken: 100 } }));
    clock.flush(110);
    expect(await answer.error).toMatchObject({ phase: 'firstToken', limit: 100 });
  });
});

describe('setLimits', () => {
  it('should pass limits to a store that takes them, and none that are invalid', () => {
    const set: unknown[] = [];
    const setLimits = (...given: readonly unknown[]) => set.push(given);
    const store = { ...quota(1, 1_000, { scheduler: virtualClock() }), setLimits };
    const { groq } = setUp(NEVER, { store });
    groq.setLimits(model, { rpm: 5 });
    expect(() => {
      groq.setLimits(model, { rpm: -5 });
    }).toThrow(expect.toSatisfy(isValidationError));
    expect(set).toEqual([[model, { rpm: 5 }]]);
  });
});

describe('health', () => {
  it('should report whole milliseconds', async () => {
    const list = of(wire.sent, wire.head(), wire.data(JSON.stringify({ data: [] })));
    const clock = virtualClock();
    const groq = createGroq({
      transport: fakeTransport(() => concat(timer(1.4, clock).pipe(map(() => wire.sent)), list)),
      scheduler: clock,
    });
    const health = lastValueFrom(groq.health());
    clock.flush(2);
    expect(await health).toEqual({ ok: true, latencyMs: 1, models: 0 });
  });
});
