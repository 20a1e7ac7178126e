import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../src/model/Dimension.ts';
import type { Limits } from '../../src/model/Limits.ts';
import type { SimulatorOptions } from '../../src/simulator/index.ts';
import { ask, body, chunks, json, MODEL } from './ask.ts';
import { simulators } from './simulators.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

const message = (text: string) => expect.stringContaining(text) as string;

describe('startSimulator, under limits', () => {
  const start = simulators();
  const own = (limits: Limits, more: SimulatorOptions = {}) =>
    start({ limits: { 'my/model': limits }, countPrompt: () => 75, reply: () => 'Yes', ...more });
  const mine = (more: Readonly<Record<string, unknown>> = {}) => body({ model: 'my/model', ...more });

  it('should report the daily requests and the tokens per minute, as recorded', async () => {
    const { url } = await start({ countPrompt: () => 75 });
    const { headers } = await ask(url, { body: body({ max_completion_tokens: 4 }) });
    expect(Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-ratelimit')))).toEqual({
      'x-ratelimit-limit-requests': '1000',
      'x-ratelimit-limit-tokens': '8000',
      'x-ratelimit-remaining-requests': '999',
      'x-ratelimit-remaining-tokens': '7921',
      'x-ratelimit-reset-requests': '1m26.4s',
      'x-ratelimit-reset-tokens': '592ms',
    });
    expect(headers['retry-after']).toBeUndefined();
  });

  it('should not let a usage that is no number into the limits', async () => {
    const usage = { prompt_tokens: Number.NaN, completion_tokens: Number.NaN, total_tokens: 1 };
    const finish = { type: 'finish', id: 'x', model: 'm', reason: 'stop', usage } as const;
    const simulator = await start({ reply: () => [finish], countPrompt: () => 75 });
    expect((await ask(simulator.url, { body: body() })).status).toBe(200);
    expect((await ask(simulator.url, { body: body() })).status).toBe(200);
    expect(simulator.stats().tokens).toEqual({ prompt: 0, cached: 0, completion: 0 });
  });

  it('should charge one token for an open completion, and settle with the usage', async () => {
    const simulator = await start({ countPrompt: () => 78, countCached: () => 28, reply: () => 'one two three four' });
    const first = await ask(simulator.url, { body: body() });
    expect(first.headers['x-ratelimit-remaining-tokens']).toBe('7921');
    const second = await ask(simulator.url, { body: body({ stream: true }) });
    expect(second.headers['x-ratelimit-remaining-tokens']).toBe(String(8_000 - 54 - 79));
    expect(second.headers['x-ratelimit-remaining-requests']).toBe('998');
    expect(second.headers['x-ratelimit-reset-requests']).toBe('2m52.8s');
    expect(chunks(second.text).at(-1)?.usage).toMatchObject({
      prompt_tokens: 78,
      completion_tokens: 4,
      total_tokens: 82,
      prompt_tokens_details: { cached_tokens: 28 },
    });
    const left = simulator.stats().models[MODEL]?.levels.find(({ dimension }) => dimension === 'tpm')?.level;
    expect(left).toBeCloseTo(8_000 - 2 * 54, 6);
  });

  it.each<[Dimension, Limits, string, string, number, string]>([
    [
      'rpm',
      { rpm: 1 },
      'requests per minute (RPM): Limit 1, Used 1, Requested 1. Please try again in 1m0s.',
      'requests',
      MINUTE,
      '60',
    ],
    [
      'rpd',
      { rpd: 1 },
      'requests per day (RPD): Limit 1, Used 1, Requested 1. Please try again in 24h0m0s.',
      'requests',
      DAY,
      '86400',
    ],
    [
      'tpm',
      { tpm: 100 },
      'tokens per minute (TPM): Limit 100, Used 76, Requested 85. Please try again in 36.6s.',
      'tokens',
      36_600,
      '37',
    ],
    [
      'tpd',
      { tpd: 100 },
      'tokens per day (TPD): Limit 100, Used 76, Requested 85. Please try again in 14h38m24s.',
      'tokens',
      52_704_000,
      '52704',
    ],
    [
      'itpm',
      { itpm: 100 },
      'input tokens per minute (ITPM): Limit 100, Used 75, Requested 75. Please try again in 30s.',
      'tokens',
      30_000,
      '30',
    ],
    [
      'otpm',
      { otpm: 10 },
      'output tokens per minute (OTPM): Limit 10, Used 1, Requested 10. Please try again in 6s.',
      'tokens',
      6_000,
      '6',
    ],
  ])('should enforce %s', async (dimension, limits, text, type, wait, retryAfter) => {
    const simulator = await own(limits);
    const request = { body: mine({ max_completion_tokens: 10 }) };
    expect((await ask(simulator.url, request)).status).toBe(200);
    const refused = await ask(simulator.url, request);
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBe(retryAfter);
    expect(json(refused)).toEqual({
      error: { message: message(` on ${text} Need more tokens?`), type, code: 'rate_limit_exceeded' },
    });
    expect(simulator.stats().rateLimited).toEqual({ [dimension]: 1 });

    // A refused request is not charged, and the reported wait is exact.
    simulator.clock.frame = wait - 10;
    expect((await ask(simulator.url, request)).status).toBe(429);
    simulator.clock.frame = wait;
    expect((await ask(simulator.url, request)).status).toBe(200);
    expect(simulator.stats().rateLimited).toEqual({ [dimension]: 2 });
  });

  it('should name the model, the organization and the service tier', async () => {
    const { url } = await own({ rpm: 1 }, { tier: 'developer' });
    await ask(url, { body: mine() });
    const { error } = json(await ask(url, { body: mine({ service_tier: 'flex' }) })) as { error: { message: string } };
    expect(error.message).toMatch(
      /^Rate limit reached for model `my\/model` in organization `org_01[0-9a-z]{24}` service tier `flex` on requests per minute \(RPM\): .* Visit https:\/\/console\.groq\.com\/docs\/rate-limits for more information\.$/,
    );
  });

  it('should leave out the headers about tokens when the requests are used up', async () => {
    const { url } = await own({ rpm: 1, rpd: 10, tpm: 8_000 });
    await ask(url, { body: mine() });
    const { headers } = await ask(url, { body: mine() });
    expect(headers['x-ratelimit-remaining-requests']).toBe('9');
    expect(headers['x-ratelimit-remaining-tokens']).toBeUndefined();
  });

  it('should report a full bucket of the minute when the day is used up', async () => {
    const simulator = await own({ rpd: 10, tpm: 8_000, tpd: 100 });
    await ask(simulator.url, { body: mine() });
    simulator.clock.frame = MINUTE;
    const { status, headers } = await ask(simulator.url, { body: mine() });
    expect(status).toBe(429);
    expect(headers['x-ratelimit-remaining-tokens']).toBe('8000');
    expect(headers['x-ratelimit-reset-tokens']).toBe('0s');
  });

  it('should answer 413 without a wait to a request that can never fit', async () => {
    const { url } = await own({ tpm: 8_000, otpm: 1_000 });
    const tooLarge = await ask(url, { body: mine({ max_completion_tokens: 990 }) });
    expect(tooLarge.status).toBe(200);
    const long = await own({ tpm: 8_000 });
    const refused = await ask(long.url, { body: mine({ max_completion_tokens: 32_768 }) });
    expect(refused.status).toBe(413);
    expect(refused.headers['retry-after']).toBeUndefined();
    expect(json(refused)).toEqual({
      error: {
        message: message(
          ': Limit 8000, Requested 32843, please reduce your message size and try again. Need more tokens?',
        ),
        type: 'tokens',
        code: 'rate_limit_exceeded',
      },
    });
    expect(long.stats().byStatus).toEqual({ '413': 1 });
    expect(long.stats().rateLimited).toEqual({});
  });

  it('should answer 429 to output tokens that can never fit', async () => {
    const { url } = await start({ countPrompt: () => 75 });
    const refused = await ask(url, { body: body({ model: 'qwen/qwen3.8-27b', max_completion_tokens: 1_847 }) });
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBeUndefined();
    expect(json(refused)).toEqual({
      error: {
        message: message(
          "(OTPM): Limit 1000, Requested 1847. The request's expected output tokens exceed the enforced limit; reduce max_tokens and try again.",
        ),
        type: 'tokens',
        code: 'rate_limit_exceeded',
      },
    });
  });

  it('should admit exactly thirty requests of a burst, separately for each model', async () => {
    const simulator = await start({ countPrompt: () => 75, reply: () => 'Yes' });
    const { url } = simulator;
    const burst = await Promise.all(Array.from({ length: 40 }, () => ask(url, { body: body() })));
    expect(burst.filter(({ status }) => status === 200)).toHaveLength(30);
    expect(simulator.stats().rateLimited).toEqual({ rpm: 10 });
    expect((await ask(url, { body: body({ model: 'openai/gpt-oss-120b' }) })).status).toBe(200);
  });

  it('should refill by its own clock, which `speed` accelerates', async () => {
    const simulator = await own({ rpm: 1 }, { speed: 20 });
    await ask(simulator.url, { body: mine() });
    simulator.clock.frame = 2_999;
    expect((await ask(simulator.url, { body: mine() })).status).toBe(429);
    simulator.clock.frame = 3_000;
    expect((await ask(simulator.url, { body: mine() })).status).toBe(200);
    expect(simulator.stats().now).toBe(MINUTE);
  });

  it('should use the limits of the tier, overridden by its options, or none', async () => {
    const developer = await start({ tier: 'developer', limits: { [MODEL]: { tpm: 9_000 } } });
    const { headers } = await ask(developer.url, { body: body() });
    expect(headers['x-ratelimit-limit-tokens']).toBe('9000');
    expect(headers['x-ratelimit-limit-requests']).toBe('500000');
    const none = await start({ limits: false });
    const free = await ask(none.url, { body: body({ max_completion_tokens: 65_000 }) });
    expect(free.status).toBe(200);
    expect(Object.keys(free.headers).filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
  });

  it('should use the configured limiter, charge model and rounding', async () => {
    const fixed = await own({ rpm: 2 }, { limiter: 'fixed' });
    fixed.clock.frame = 59_000;
    await ask(fixed.url, { body: mine() });
    await ask(fixed.url, { body: mine() });
    expect((await ask(fixed.url, { body: mine() })).headers['retry-after']).toBe('1');

    const post = await own({ tpm: 8_000 }, { chargeModel: 'post' });
    const { headers } = await ask(post.url, { body: mine({ max_completion_tokens: 5_000 }) });
    expect(headers['x-ratelimit-remaining-tokens']).toBe('7998');
    const left = post.stats().models['my/model']?.levels[0]?.level;
    expect(left).toBeCloseTo(8_000 - 76, 6);

    const old = await own({ tpm: 9_000 }, { rounding: '2024' });
    old.clock.frame = 0;
    await ask(old.url, { body: mine() });
    old.clock.frame = 100;
    const shown = await ask(old.url, { body: mine() });
    expect(shown.headers['x-ratelimit-reset-tokens']).toBe('913.333333ms');
  });
});
