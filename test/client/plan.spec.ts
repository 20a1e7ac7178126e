import { describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import type { Limits } from '../../src/model/Limits.ts';
import { MODELS } from '../../src/model/Models.ts';
import { modelServer } from '../../src/testing/modelServer.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';

const MODEL = 'openai/gpt-oss-20b';
const { free = {}, developer = {} } = MODELS.get(MODEL)?.limits ?? {};

/** What becomes of 100 requests at once, how many are refused after the first answers, and which limits are believed. */
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
  it('should be seen from what the first answers show, so that all of it is used', () => {
    expect(believed(developer, {})).toEqual({ answered: 100, refused: 0, believes: developer });
  });

  it('should be seen from what the first answers show, so that it is not gone beyond', () => {
    expect(believed(free, { tier: 'developer' })).toMatchObject({ refused: 0, believes: free });
  });

  it('should leave limits of our own as they are', () => {
    const own = { limits: { [MODEL]: { rpm: 40, tpd: 3_000 } } };
    expect(believed(developer, own).believes).toEqual({ ...developer, rpm: 40, tpd: 3_000 });
  });
});
