import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../../src/rules/serverModel/Ruling.ts';
import { refusalBody } from '../../../src/rules/serverModel/refusalBody.ts';
import { refusalHeaders, shownHeaders } from '../../../src/rules/serverModel/shownHeaders.ts';

const context = { model: 'openai/gpt-oss-20b', organization: 'org_01k' };

const refused = (refusal: Partial<Refusal>): Refusal => ({
  type: 'refused',
  status: 429,
  dimension: 'tpm',
  limit: 8_000,
  requested: 4_983,
  shown: {},
  ...refusal,
});

describe('refusalBody', () => {
  it('should match the recording for tokens per minute', () => {
    expect(refusalBody(refused({ used: 6_677, wait: 27_450 }), context)).toEqual({
      error: {
        message:
          'Rate limit reached for model `openai/gpt-oss-20b` in organization `org_01k` service tier `on_demand` on tokens per minute (TPM): Limit 8000, Used 6677, Requested 4983. Please try again in 27.45s. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing',
        type: 'tokens',
        code: 'rate_limit_exceeded',
      },
    });
  });

  it.each([
    ['rpm', 'requests per minute (RPM)', 'requests'],
    ['rpd', 'requests per day (RPD)', 'requests'],
    ['tpm', 'tokens per minute (TPM)', 'tokens'],
    ['tpd', 'tokens per day (TPD)', 'tokens'],
    ['itpm', 'input tokens per minute (ITPM)', 'tokens'],
    ['otpm', 'output tokens per minute (OTPM)', 'tokens'],
    ['ash', 'seconds of audio per hour (ASPH)', 'seconds'],
    ['asd', 'seconds of audio per day (ASPD)', 'seconds'],
  ] as const)('should name %s like Groq', (dimension, name, type) => {
    const { error } = refusalBody(refused({ dimension, used: 1, wait: 578_016 }), context);
    expect(error.message).toContain(` on ${name}: Limit 8000, Used 1, Requested 4983. Please try again in 9m38.016s. `);
    expect(error.type).toBe(type);
  });

  it('should match the recording for a request that can never fit', () => {
    expect(refusalBody(refused({ status: 413, requested: 12_328, limit: 6_000 }), context).error.message).toBe(
      'Request too large for model `openai/gpt-oss-20b` in organization `org_01k` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 12328, please reduce your message size and try again. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing',
    );
  });

  it('should match the recording for output tokens that can never fit', () => {
    const { error } = refusalBody(refused({ dimension: 'otpm', requested: 1_847, limit: 1_000 }), {
      ...context,
      model: 'qwen/qwen3.8-27b',
    });
    expect(error).toEqual({
      message:
        "Request too large for model `qwen/qwen3.8-27b` in organization `org_01k` service tier `on_demand` on output tokens per minute (OTPM): Limit 1000, Requested 1847. The request's expected output tokens exceed the enforced limit; reduce max_tokens and try again.",
      type: 'tokens',
      code: 'rate_limit_exceeded',
    });
  });

  it('should refer the developer plan to the documentation', () => {
    const { error } = refusalBody(refused({ used: 1, wait: 1 }), {
      ...context,
      tier: 'developer',
      serviceTier: 'flex',
    });
    expect(error.message).toContain('service tier `flex`');
    expect(error.message).toMatch(
      /in 1ms\. Visit https:\/\/console\.groq\.com\/docs\/rate-limits for more information\.$/,
    );
  });
});

describe('shownHeaders', () => {
  const shown = {
    requests: { limit: 1_000, used: 2, remaining: 998, reset: 172_800 },
    tokens: { limit: 8_000, used: 73, remaining: 7_927, reset: 547 },
  };

  it('should write the daily requests and the tokens per minute', () => {
    expect(shownHeaders(shown)).toEqual({
      'x-ratelimit-limit-requests': '1000',
      'x-ratelimit-limit-tokens': '8000',
      'x-ratelimit-remaining-requests': '998',
      'x-ratelimit-remaining-tokens': '7927',
      'x-ratelimit-reset-requests': '2m52.8s',
      'x-ratelimit-reset-tokens': '547ms',
    });
  });

  it('should write only known levels', () => {
    expect(Object.keys(shownHeaders({ requests: shown.requests }))).toHaveLength(3);
    expect(shownHeaders({})).toEqual({});
  });

  it('should write retry-after in whole seconds, rounded up, if there is a wait', () => {
    expect(refusalHeaders(refused({ wait: 2_000, shown }))['retry-after']).toBe('2');
    expect(refusalHeaders(refused({ wait: 2_000.1, shown }))['retry-after']).toBe('3');
    expect(refusalHeaders(refused({ wait: 1, shown }))['retry-after']).toBe('1');
    expect(refusalHeaders(refused({ shown }))).toEqual(shownHeaders(shown));
  });
});
