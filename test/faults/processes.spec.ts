import { createGroq } from 'rxgroq';
import { fakeTransport, quota, virtualClock } from 'rxgroq/testing';
import { concat, merge, NEVER, retry, share } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { Child } from '../util/child.ts';
import { type RawServer, startRawServer } from '../util/rawServer.ts';
import { BEGUN, first, refusal, WHOLE_BODY, well, writes } from './answers.ts';
import { type Fault, ONE, request, TWO, testFaults } from './harness.ts';

const cancelled = { code: 'GROQ_ERR_CANCELLED', cause: 'enough' };
const twice = { text: (ONE + TWO).repeat(2), requests: 2, outcomes: ['used', 'used'], pooled: 1 } as const;

const faults: readonly Fault[] = [
  {
    id: '76/twice',
    what: 'one Observable that is subscribed to twice',
    answer: well,
    ask: (groq, call) => {
      const asked = groq.chat(request, call);
      return concat(asked, asked);
    },
    ...twice,
  },
  {
    id: '76/again',
    what: 'one Observable that is subscribed to again after its error',
    answer: first(writes(refusal(400))),
    ask: (groq, call) => groq.chat(request, call).pipe(retry(1)),
    requests: 2,
    outcomes: ['used', 'used'],
    pooled: 1,
  },
  {
    id: '76/shared',
    what: 'one Observable that is shared',
    answer: well,
    ask: (groq, call) => {
      const shared = groq.chat(request, call).pipe(share());
      return merge(shared, shared);
    },
    text: ONE + ONE + TWO + TWO,
    pooled: 1,
  },
  {
    id: '78/already',
    what: 'a signal that is aborted already',
    answer: well,
    ask: (groq) => groq.chat(request, { signal: AbortSignal.abort('enough') }),
    requests: 0,
    outcomes: [],
    error: cancelled,
  },
  {
    id: '78/pause',
    what: 'a signal that is aborted in the pause before a retry',
    answer: writes(refusal(503, { 'retry-after': 5 })),
    play: async ({ events, clock, controller }) => {
      while (!events.some(({ type }) => type === 'retrying')) await clock.idle();
      controller.abort('enough');
    },
    outcomes: ['unknown'],
    pooled: 1,
    error: cancelled,
  },
  {
    id: '78/stream',
    what: 'a signal that is aborted while the answer comes',
    answer: writes(BEGUN),
    play: async ({ asked, controller }) => {
      await asked.values.at(0);
      controller.abort('enough');
    },
    text: ONE,
    outcomes: ['unknown'],
    error: cancelled,
  },
];

/** Starts a program with an answer in progress and a waiting request. */
async function start(): Promise<{ child: Child; server: RawServer }> {
  const { server, stop } = await startRawServer({ answer: writes(BEGUN) });
  const child = new Child(new URL('stopping.ts', import.meta.url), [server.url]);
  onTestFinished(async () => {
    child.process.kill('SIGKILL');
    await stop();
  });
  await child.printed(/first text/);
  return { child, server };
}

describe('processes and subscribers', () => {
  testFaults(faults);

  it('73: a program that is asked to end, and finishes its requests', async () => {
    const { child, server } = await start();
    child.process.kill('SIGINT');
    await child.printed(/stopping/);
    for (const index of [0, 1]) (await server.requests.at(index)).connection.socket.write(WHOLE_BODY);
    const { code, stdout, stderr } = await child.ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/first complete[^]*second complete\nclosed\n$/);
  });

  it('73: a program that is asked to end, and cancels its requests', async () => {
    const { child, server } = await start();
    child.process.kill('SIGTERM');
    const { code, stdout, stderr } = await child.ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').slice(1)).toEqual([
      'stopping',
      'first GROQ_ERR_CLOSED',
      'second GROQ_ERR_CLOSED',
      'closed',
      '',
    ]);
    for (const { closed } of server.connections.all) await closed;
    expect(server.requests.length).toBe(1);
  });

  it('74: a program that is killed during an answer', async () => {
    const { child, server } = await start();
    child.process.kill('SIGKILL');
    for (const { closed } of server.connections.all) await closed;
    expect((await child.ended).signal).toBe('SIGKILL');
  });

  it('77: a hundred thousand waiting requests that are all cancelled', () => {
    const count = 100_000;
    const scheduler = virtualClock();
    const store = quota(1, 3_600_000, { scheduler });
    const transport = fakeTransport(() => NEVER);
    const groq = createGroq({ transport, store, scheduler, counter: constantCounter(1) });
    const asked = groq.chat(request);
    const heap = (): number => {
      globalThis.gc?.();
      return process.memoryUsage().heapUsed;
    };
    const round = (): void => {
      const waiting = Array.from({ length: count }, () => asked.subscribe());
      scheduler.flush(scheduler.now());
      for (const subscription of waiting) subscription.unsubscribe();
      scheduler.flush(scheduler.now());
      expect([scheduler.pending, store.open.size]).toEqual([0, 0]);
    };
    round();
    const before = heap();
    round();
    // Less than 100 bytes each, so no object of a request is kept.
    expect(heap() - before).toBeLessThan(100 * count);
    expect(transport.requests.length).toBeLessThanOrEqual(2);
  });
});
