import { concat, NEVER, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import { TimeoutError } from '../../src/errors/TimeoutError.ts';
import type { Timeouts } from '../../src/scheduler/Attempt.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { quota } from '../../src/testing/quota.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { wire } from '../../src/testing/wire.ts';
import { told } from '../util/told.ts';

const model = 'openai/gpt-oss-20b';
const messages = [{ role: 'user' as const, content: 'Hi' }];
const SILENT = NEVER;
const SENT = concat(of(wire.sent), NEVER);

describe('the timeouts of an answer in one piece', () => {
  const ends = (timeouts: Timeouts, events: typeof SENT, asked = 1) => {
    const clock = virtualClock();
    const groq = createGroq({
      transport: fakeTransport(() => events),
      counter: constantCounter(1),
      store: quota(1, 3_600_000, { scheduler: clock }),
      scheduler: clock,
      retry: { count: 0 },
      timeouts: { queue: Infinity, connect: Infinity, firstToken: Infinity, betweenTokens: Infinity, total: Infinity },
    });
    const answers = Array.from({ length: asked }, () => told(groq.complete({ model, messages }, { timeouts })));
    clock.flush(1_000);
    for (const { subscription } of answers) subscription.unsubscribe();
    return answers.map((answer) => answer.ends);
  };

  const late = (phase: 'queue' | 'connect' | 'total') => [
    ['error', expect.objectContaining({ name: TimeoutError.name, phase, limit: 100 })],
  ];

  it('should be those of its connection and of its end', () => {
    expect(ends({ connect: 100 }, SILENT)).toEqual([late('connect')]);
    expect(ends({ connect: 100 }, SENT)).toEqual([[]]);
    expect(ends({ total: 100 }, SENT)).toEqual([late('total')]);
  });

  it('should be that of the queue', () => {
    expect(ends({ queue: 100 }, SENT, 2)).toEqual([[], late('queue')]);
  });

  it('should not be those of tokens', () => {
    expect(ends({ firstToken: 100, betweenTokens: 100 }, SENT)).toEqual([[]]);
  });
});
