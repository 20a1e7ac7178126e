import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeaderLevel } from '../../../src/model/LimitHeaders.ts';
import { formatGoDuration } from '../../../src/rules/goDuration.ts';
import { parseLimitHeaders } from '../../../src/rules/limits/limitHeaders.ts';
import { shared } from '../../util/shared.ts';

describe('parseLimitHeaders', () => {
  it('should read the request headers as daily and the token headers as per minute', () => {
    expect(
      parseLimitHeaders({
        'x-ratelimit-limit-requests': '1000',
        'x-ratelimit-remaining-requests': '998',
        'x-ratelimit-reset-requests': '2m52.8s',
        'x-ratelimit-limit-tokens': '8000',
        'x-ratelimit-remaining-tokens': '7921',
        'x-ratelimit-reset-tokens': '592ms',
      }),
    ).toStrictEqual({
      rpd: { limit: 1_000, remaining: 998, reset: 172_800 },
      tpm: { limit: 8_000, remaining: 7_921, reset: 592 },
    });
  });

  it('should leave out what the headers lack', () => {
    expect(parseLimitHeaders({})).toStrictEqual({});
    // As in a 429 for requests per minute.
    expect(
      parseLimitHeaders({ 'x-ratelimit-limit-requests': '14400', 'x-ratelimit-remaining-requests': '14370' }),
    ).toStrictEqual({ rpd: { limit: 14_400, remaining: 14_370 } });
    expect(parseLimitHeaders({ 'x-ratelimit-remaining-tokens': '7' })).toStrictEqual({ tpm: { remaining: 7 } });
    expect(parseLimitHeaders({ 'x-ratelimit-reset-tokens': '7s' })).toStrictEqual({});
  });

  it.each([
    '',
    ' 5',
    '-5',
    '+5',
    '5.5',
    '5e3',
    '0x10',
    'NaN',
    'Infinity',
    '∞',
    'unlimited',
    '1,000',
    '1_000',
    '5, 5',
    '9'.repeat(16),
    '9'.repeat(10_000),
    ['5', '5'],
    [],
  ])('should leave out a number that is %j', (value) => {
    expect(parseLimitHeaders({ 'x-ratelimit-limit-tokens': value, 'x-ratelimit-remaining-tokens': '1' })).toStrictEqual(
      { tpm: { remaining: 1 } },
    );
    expect(parseLimitHeaders({ 'x-ratelimit-limit-tokens': '1', 'x-ratelimit-remaining-tokens': value })).toStrictEqual(
      { tpm: { limit: 1 } },
    );
  });

  it.each(['', '7.66', '-1s', 'soon', '∞', 's', '1s, 2s', 'h'.repeat(10_000), ['1s', '2s']])(
    'should leave out a time that is %j',
    (value) => {
      const headers = { 'x-ratelimit-remaining-tokens': '1', 'x-ratelimit-reset-tokens': value };
      expect(parseLimitHeaders(headers)).toStrictEqual({ tpm: { remaining: 1 } });
    },
  );

  it('should read back whatever Groq can write', () => {
    const level = fc.record({
      limit: fc.nat(999_999_999_999_999),
      remaining: fc.nat(999_999_999_999_999),
      reset: fc.nat(86_400_000),
    });
    fc.assert(
      fc.property(level, level, (rpd, tpm) => {
        const of = (what: string, { limit, remaining, reset }: Required<HeaderLevel>) => ({
          [`x-ratelimit-limit-${what}`]: String(limit),
          [`x-ratelimit-remaining-${what}`]: String(remaining),
          [`x-ratelimit-reset-${what}`]: formatGoDuration(reset),
        });
        expect(parseLimitHeaders({ ...of('requests', rpd), ...of('tokens', tpm) })).toEqual({ rpd, tpm });
      }),
    );
  });

  it('should never throw, and return only finite counts of at least zero', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (limit, remaining, reset) => {
        const { tpm } = parseLimitHeaders({
          'x-ratelimit-limit-tokens': limit,
          'x-ratelimit-remaining-tokens': remaining,
          'x-ratelimit-reset-tokens': reset,
        });
        for (const value of Object.values(tpm ?? {})) expect(value).toSatisfy((n: number) => n >= 0 && n < Infinity);
      }),
    );
  });

  shared('ratelimit-samples.json', (text) => {
    interface Level {
      readonly limit: number;
      readonly remaining: number;
      readonly reset: string;
      readonly reset_s: number;
    }
    const { rows } = JSON.parse(text) as { rows: { requests: Level; tokens: Level }[] };

    it('should read every recorded header', () => {
      expect(rows.length).toBeGreaterThan(200);
      for (const { requests, tokens } of rows) {
        const { rpd, tpm } = parseLimitHeaders({
          'x-ratelimit-limit-requests': String(requests.limit),
          'x-ratelimit-remaining-requests': String(requests.remaining),
          'x-ratelimit-reset-requests': requests.reset,
          'x-ratelimit-limit-tokens': String(tokens.limit),
          'x-ratelimit-remaining-tokens': String(tokens.remaining),
          'x-ratelimit-reset-tokens': tokens.reset,
        });
        expect([rpd?.limit, rpd?.remaining, tpm?.limit, tpm?.remaining]).toEqual([
          requests.limit,
          requests.remaining,
          tokens.limit,
          tokens.remaining,
        ]);
        expect(rpd?.reset).toBeCloseTo(requests.reset_s * 1_000, 5);
        expect(tpm?.reset).toBeCloseTo(tokens.reset_s * 1_000, 5);
      }
    });
  });
});
