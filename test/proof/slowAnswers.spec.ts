import { describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { Limits } from '../../src/model/Limits.ts';
import { modelServer } from '../../src/testing/modelServer.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';

const FREE: Limits = { rpm: 30, rpd: 1_000, tpm: 8_000, tpd: 200_000 };
const PROMPT = 100;

/** When the last of `count` equal and simultaneous requests was admitted, in milliseconds. */
function lastAdmission(limits: Limits, cost: number, duration: number, count: number): number {
  const scheduler = virtualClock();
  const script = () => ({ promptTokens: PROMPT, completionTokens: cost - PROMPT, duration });
  const server = modelServer({ limits, scheduler, script });
  const groq = createGroq({
    transport: server,
    scheduler,
    random: () => 0.3,
    counter: constantCounter(PROMPT),
    limits: { m: limits },
  });
  const request = { model: 'm', messages: [{ role: 'user' as const, content: 'x' }] };
  for (let i = 0; i < count; i++) groq.complete({ ...request, max_completion_tokens: cost - PROMPT }).subscribe();
  scheduler.flush();
  expect([server.admissions.length, server.refusals]).toEqual([count, []]);
  return server.admissions.at(-1) ?? Infinity;
}

describe('answers that take longer than the wait for the next request', () => {
  it.each([
    [FREE, 5_000, 40_000, 38],
    [FREE, 7_000, 100_000, 25],
    [{ rpm: 1 }, 200, 90_000, 20],
  ])('should not keep requests from being sent as fast as the limits allow: %#', (limits, cost, duration, count) => {
    const { rpm = Infinity, tpm = Number.MAX_VALUE } = limits;
    const soonest = Math.max((count - rpm) / rpm, (count * cost - tpm) / tpm) * 60_000;
    expect(soonest / lastAdmission(limits, cost, duration, count)).toBeGreaterThan(0.98);
  });
});
