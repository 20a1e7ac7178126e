import { describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import type { GroqError } from '../../src/errors/GroqError.ts';
import { isRequestTooLargeError } from '../../src/errors/guards.ts';
import type { Limits } from '../../src/model/Limits.ts';
import { MODELS } from '../../src/model/Models.ts';
import { modelServer } from '../../src/testing/modelServer.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';

const MODEL = 'openai/gpt-oss-20b';
const { free = {}, developer = {} } = MODELS.get(MODEL)?.limits ?? {};

/** How many of 100 simultaneous requests are answered or refused late, and the limits that the client then assumes. */
function believed(limits: Limits, options: GroqOptions) {
  const clock = virtualClock();
  const server = modelServer({ limits, scheduler: clock });
  const groq = createGroq({ ...options, transport: server, scheduler: clock, counter: constantCounter(10) });
  let answered = 0;
  let believes: Limits = {};
  groq.status$.subscribe(({ models }) => {
    for (const { buckets } of models)
      believes = Object.fromEntries(buckets.map(({ dimension, limit }) => [dimension, limit]));
  });
  for (let i = 0; i < 100; i += 1) {
    groq
      .chat({ messages: [{ role: 'user', content: 'Hi' }], max_completion_tokens: 20 })
      .subscribe({ complete: () => (answered += 1) });
  }
  clock.flush(5_000);
  return { answered, refused: server.refusals.filter(({ sentAt }) => sentAt > 0).length, believes };
}

describe('the plan of an account', () => {
  it('should be recognized from the first answers, so that a larger quota is used', () => {
    expect(believed(developer, {})).toEqual({ answered: 100, refused: 0, believes: developer });
  });

  it('should be recognized from the first answers, so that a smaller quota is not exceeded', () => {
    expect(believed(free, { tier: 'developer' })).toMatchObject({ refused: 0, believes: free });
  });

  it('should not replace configured limits', () => {
    const own = { limits: { [MODEL]: { rpm: 40, tpd: 3_000 } } };
    expect(believed(developer, own).believes).toEqual({ ...developer, rpm: 40, tpd: 3_000 });
  });

  it('should be probed with a request that fits into one of the plans', () => {
    const large = { messages: [{ role: 'user' as const, content: 'Hi' }], max_completion_tokens: 20_000 };
    const ended = (limits: Limits) => {
      const clock = virtualClock();
      const server = modelServer({ limits, scheduler: clock, script: () => ({ completionTokens: 15_000 }) });
      const groq = createGroq({ transport: server, scheduler: clock, counter: constantCounter(10) });
      const ends: unknown[] = [];
      for (let i = 0; i < 3; i += 1) {
        groq.chat(large).subscribe({ error: (e: unknown) => ends.push(e), complete: () => ends.push(clock.now()) });
      }
      clock.flush(60_000);
      return [ends, server.refusals.length] as const;
    };
    expect(ended(developer)).toEqual([[540, 580, 580], 0]);
    const tooLarge = expect.toSatisfy(isRequestTooLargeError) as unknown;
    expect(ended(free)).toEqual([[tooLarge, tooLarge, tooLarge], 1]);
  });

  it.each<keyof Limits>(['tpm', 'tpd', 'itpm'])('should recover after a temporary cut: %s', (dimension) => {
    const clock = virtualClock();
    const limits = { rpm: 1_000, rpd: 100_000, tpm: 8_000, tpd: 200_000, itpm: 8_000 };
    const server = modelServer({ limits, scheduler: clock, script: () => ({ promptTokens: 500 }) });
    const own = { limits: { [MODEL]: limits } };
    const groq = createGroq({ transport: server, scheduler: clock, counter: constantCounter(500), ...own });
    const became: string[] = [];
    const ask = (): void => {
      groq.chat({ messages: [{ role: 'user', content: 'Hi' }], max_completion_tokens: 1_500 }).subscribe({
        error: (error: unknown) => became.push((error as GroqError).code),
        complete: () => became.push('answered'),
      });
      clock.flush(clock.now() + 1_000);
    };
    ask();
    server.setLimits(MODEL, { [dimension]: 400 });
    ask();
    ask();
    server.setLimits(MODEL, { [dimension]: limits[dimension as keyof typeof limits] });
    clock.flush(clock.now() + 86_400_000);
    ask();
    ask();
    const refused = 'GROQ_ERR_REQUEST_TOO_LARGE';
    expect(became).toEqual(['answered', refused, refused, 'answered', 'answered']);
    expect(server.refusals).toHaveLength(1);
  });
});
