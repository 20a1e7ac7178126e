import { createGroq, type Groq, type GroqOptions, isRequestTooLargeError } from 'rxgroq';
import { limitsOf, type ModelServerConfig, modelServer, network, virtualClock, wordCounter } from 'rxgroq/testing';
import { describe, expect, it } from 'vitest';
import { told } from '../util/told.ts';

/** A client without limits, so that those of the server are reached. */
const setUp = (config: Partial<ModelServerConfig> = {}, options: GroqOptions = { limits: false }) => {
  const scheduler = virtualClock();
  const server = modelServer({ limits: {}, scheduler, network: network({ latency: 50 }), ...config });
  const counter = wordCounter();
  const groq = createGroq({ transport: server, counter, scheduler, retry: { count: 0 }, random: () => 1, ...options });
  const ask = (content: string, max?: number): ReturnType<Groq['complete']> =>
    groq.complete({ model: 'm', messages: [{ role: 'user', content }], ...(max && { max_completion_tokens: max }) });
  return { scheduler, server, groq, ask };
};

describe('modelServer', () => {
  it('should answer after the latency of the request, the duration and the latency of the answer', () => {
    const { scheduler, server, ask } = setUp({ script: () => ({ text: 'Hello!', duration: 300, cachedTokens: 1 }) });
    const answer = told(ask('one two three', 4));
    scheduler.flush();
    expect(answer.values.all).toMatchObject([
      {
        message: { content: 'Hello!' },
        usage: { prompt_tokens: 3, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 1 } },
      },
    ]);
    expect([server.admissions, server.open, scheduler.now()]).toEqual([[50], 0, 400]);
  });

  it('should charge the maximum of a request under its old name too, and not exceed it', () => {
    const { scheduler, server, groq } = setUp({ limits: limitsOf('100 tokens/min') });
    const [old, large] = [4, 100].map((max) =>
      told(groq.complete({ model: 'm', messages: [{ role: 'user', content: 'one' }], max_tokens: max })),
    );
    scheduler.flush(1_000);
    expect(old?.values.all).toMatchObject([{ usage: { completion_tokens: 4 } }]);
    expect(large?.ends.map(([, error]) => isRequestTooLargeError(error))).toEqual([true]);
    expect(server.admissions).toHaveLength(1);
  });

  it('should refuse a request above its limits, and record it', () => {
    const { scheduler, server, ask } = setUp({ limits: limitsOf('1/min') });
    const answers = [told(ask('a')), told(ask('b'))];
    scheduler.flush();
    expect(server.refusals).toEqual([{ sentAt: 0, at: 50, model: 'm', dimension: 'rpm' }]);
    // The client retries after the time in the 429.
    expect(server.admissions).toEqual([50, 60_150]);
    expect(answers.map(({ ends }) => ends)).toEqual([[['complete']], [['complete']]]);
  });

  it('should charge by the configured model, in windows when configured', () => {
    const config = { limits: limitsOf('100 tokens/min'), chargeModel: 'keep', shape: 'fixed' } as const;
    const { scheduler, server, ask } = setUp({ ...config, script: () => ({ completionTokens: 1 }) });
    told(ask('a', 50));
    scheduler.flush();
    expect(server.model('m').levels(scheduler.now())).toMatchObject([{ level: 49, charged: 51, settled: 51 }]);
    expect(server.model('m').levels(60_000)).toMatchObject([{ level: 100 }]);
  });

  it('should stop working for a client that disconnected, once the disconnect arrives', () => {
    const { scheduler, server, ask } = setUp({
      limits: limitsOf('1k tokens/min'),
      script: () => ({ completionTokens: 100, duration: 1_000 }),
    });
    const answer = told(ask('a', 500));
    scheduler.flush(400);
    answer.subscription.unsubscribe();
    scheduler.flush();
    // It arrived at 50 and was worked on until 450.
    expect(server.model('m').levels(450)).toMatchObject([{ charged: 501, settled: 41 }]);
    expect(scheduler.now()).toBe(450);
  });

  it('should stop working also when the disconnect overtakes the request', () => {
    const travels = [100, 10];
    const net = { up: () => travels.shift() ?? 0, down: () => 10 };
    const { scheduler, server, ask } = setUp({ network: net, script: () => ({ duration: 1_000 }) });
    const answer = told(ask('a'));
    scheduler.flush(5);
    answer.subscription.unsubscribe();
    scheduler.flush();
    expect([server.admissions, scheduler.now()]).toEqual([[100], 100]);
  });

  it('should charge an answer without duration in full, also when the client disconnects', () => {
    const limits = limitsOf('100 tokens/min');
    // The disconnect arrives just after the request.
    const travels = [50, 40];
    const net = { up: () => travels.shift() ?? 0, down: () => 10 };
    const { scheduler, server, ask } = setUp({ limits, network: net, script: () => ({ duration: 0 }) });
    const answer = told(ask('a'));
    scheduler.flush(10);
    answer.subscription.unsubscribe();
    scheduler.flush();
    expect(server.model('m').levels(50)).toMatchObject([{ settled: 11 }]);
  });

  it('should serve only chat completions', () => {
    const { scheduler, server, groq } = setUp();
    const health = told(groq.health());
    scheduler.flush();
    expect(health.values.all).toMatchObject([{ ok: false, error: { status: 404, groqCode: 'unknown_url' } }]);
    expect([server.open, scheduler.pending]).toEqual([0, 0]);
  });

  it('should fail the request with what the script throws', () => {
    const wrong = new Error('No such plan.');
    const { scheduler, server, ask } = setUp({
      script: (_, index) => {
        if (index === 0) throw wrong;
        return {};
      },
    });
    const answers = [told(ask('a')), told(ask('b'))];
    scheduler.flush();
    const asCause: unknown = expect.objectContaining({ cause: wrong });
    expect(answers.map(({ ends }) => ends)).toEqual([[['error', asCause]], [['complete']]]);
    expect(server.open).toBe(0);
  });

  it('should accept new limits while it runs', () => {
    const { scheduler, server, ask } = setUp({ limits: limitsOf('10/min, 100 tokens/min') });
    scheduler.schedule(() => {
      server.setLimits('m', { rpm: 1 });
    }, 100);
    told(ask('a'));
    scheduler.flush();
    const late = told(ask('b'));
    scheduler.flush();
    expect(server.refusals).toMatchObject([{ dimension: 'rpm' }]);
    expect(late.ends).toEqual([['complete']]);
    expect(
      server
        .model('m')
        .levels(700)
        .map(({ limit }) => limit),
    ).toEqual([1, 100]);
  });

  it('should count each model separately', () => {
    const { scheduler, server, groq } = setUp({ limits: (model) => ({ rpm: model.length }) });
    for (const model of ['one', 'seven']) told(groq.complete({ model, messages: [{ role: 'user', content: 'x' }] }));
    scheduler.flush();
    expect(['one', 'seven'].map((model) => server.model(model).levels(0)[0]?.limit)).toEqual([3, 5]);
  });
});

describe('network', () => {
  it('should be the same for the same seed, and let messages overtake each other', () => {
    const times = ({ up }: ReturnType<typeof network>): number[] => Array.from({ length: 200 }, () => up());
    const [one, again, other] = [1, 1, 2].map((seed) => times(network({ seed, latency: 40, jitter: 200 })));
    expect(one).toEqual(again);
    expect(one).not.toEqual(other);
    expect(Math.min(...(one ?? []))).toBeGreaterThanOrEqual(40);
    expect(Math.max(...(one ?? []))).toBeLessThan(240);
    // A message that is sent five milliseconds later arrives earlier.
    expect(one?.some((time, i) => time > (one[i + 1] ?? Infinity) + 5)).toBe(true);
  });
});
