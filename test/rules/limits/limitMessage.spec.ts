import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatGoDuration } from '../../../src/rules/goDuration.ts';
import { parseLimitMessage } from '../../../src/rules/limits/limitMessage.ts';
import { shared } from '../../util/shared.ts';

/** The names of limits in Groq's messages. */
const NAMES: Readonly<Record<string, string>> = {
  RPM: 'requests per minute (RPM)',
  RPD: 'requests per day (RPD)',
  TPM: 'tokens per minute (TPM)',
  TPD: 'tokens per day (TPD)',
  ITPM: 'input tokens per minute (ITPM)',
  OTPM: 'output tokens per minute (OTPM)',
  ASPH: 'seconds of audio per hour (ASPH)',
};

const ON_DEMAND = 'in organization `org_01abcdefghijklmnopqrstuvwx` service tier `on_demand`';
const UPGRADE = 'Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing';
const DOCS = 'Visit https://console.groq.com/docs/rate-limits for more information.';

/** Groq's text for a limit that was reached. */
const reached = (name: string, numbers: string, wait: string, model = 'openai/gpt-oss-20b', end = UPGRADE): string =>
  `Rate limit reached for model \`${model}\` ${ON_DEMAND} on ${NAMES[name] ?? name}: ${numbers}. Please try again in ${wait}. ${end}`;

/** Groq's text for a request that can never fit. */
const tooLarge = (name: string, numbers: string, model = 'llama-3.1-8b-instant'): string =>
  `Request too large for model \`${model}\` ${ON_DEMAND} on ${NAMES[name] ?? name}: ${numbers}, please reduce your message size and try again. ${UPGRADE}`;

describe('parseLimitMessage', () => {
  it.each([
    ['RPM', 'rpm'],
    ['RPD', 'rpd'],
    ['TPM', 'tpm'],
    ['TPD', 'tpd'],
    ['ITPM', 'itpm'],
    ['OTPM', 'otpm'],
    ['ASPH', 'ash'],
    ['seconds of audio per day (ASPD)', 'asd'],
  ])('should read that %s was hit', (name, dimension) => {
    for (const end of [UPGRADE, DOCS]) {
      const message = reached(name, 'Limit 100, Used 97, Requested 5', '1m0.5s', 'm', end);
      expect(parseLimitMessage(message)).toStrictEqual({
        tooLarge: false,
        dimension,
        limit: 100,
        used: 97,
        requested: 5,
        ms: 60_500,
      });
    }
  });

  it('should read that a request is too large', () => {
    expect(parseLimitMessage(tooLarge('TPM', 'Limit 6000, Requested 12328'))).toStrictEqual({
      tooLarge: true,
      dimension: 'tpm',
      limit: 6_000,
      requested: 12_328,
    });
    // The form that comes with a 429.
    expect(
      parseLimitMessage(
        `Request too large for model \`qwen/qwen3.8-27b\` ${ON_DEMAND} on output tokens per minute (OTPM): Limit 1000, Requested 1847. The request's expected output tokens exceed the enforced limit; reduce max_tokens and try again.`,
      ),
    ).toStrictEqual({ tooLarge: true, dimension: 'otpm', limit: 1_000, requested: 1_847 });
  });

  it('should recognize a request as too large although the message names a wait', () => {
    expect(parseLimitMessage(reached('TPM', 'Limit 7000, Used 0, Requested ~12903', '50.597142857s'))).toStrictEqual({
      tooLarge: true,
      dimension: 'tpm',
      limit: 7_000,
      used: 0,
      requested: 12_903,
      ms: 50_597.142857,
    });
  });

  it('should read a duration wherever it has dots', () => {
    const waitOf = (wait: string) => parseLimitMessage(reached('TPM', 'Limit 1, Used 1, Requested 1', wait)).ms;
    expect(['7.66s', '2m52.8s', '1h4m48s', '459.999999ms', '2s'].map(waitOf)).toEqual([
      7_660, 172_800, 3_888_000, 459.999999, 2_000,
    ]);
    expect(parseLimitMessage('Please try again in 2.5s.').ms).toBe(2_500);
  });

  it.each([
    ['nothing', ''],
    ['something else', 'Internal Server Error'],
    ['an unknown limit', reached('cats per week (CPW)', 'Limit many, Used some, Requested more', 'a while')],
    ['no numbers', reached('(): ', 'Limit , Used , Requested ', '')],
    ['only brackets', '('.repeat(5_000) + '):'.repeat(5_000)],
    ['only labels', 'Limit Used Requested try again in '.repeat(300)],
  ])('should find nothing in %s', (_, message) => {
    expect(parseLimitMessage(message)).toStrictEqual({ tooLarge: false });
  });

  it.each([
    ['is cut off within the name of the limit', 'on (TPM'],
    ['is cut off behind the name of the limit', '(TPM)'],
    ['is cut off behind the name, wherever that stands', 'a(TPM)'],
    ['begins within the name of the limit', 'TPM): busy'],
    ['is cut off within the time', 'try again in 5s'],
    ['has a number alone', 'Code 429: slow down'],
    ['has a word before each number', 'Limit of 100, Used all 97, Requested about 5'],
  ])('should find nothing in a message that %s', (_, message) => {
    expect(parseLimitMessage(message)).toStrictEqual({ tooLarge: false });
  });

  it('should read text at the very beginning of a message', () => {
    expect(parseLimitMessage('(TPM): busy')).toStrictEqual({ tooLarge: false, dimension: 'tpm' });
    expect(parseLimitMessage('Limit 5, Used 3')).toStrictEqual({ tooLarge: false, limit: 5, used: 3 });
  });

  it('should not call a request too large that fits exactly', () => {
    expect(parseLimitMessage('Limit 100, Used 1, Requested 100').tooLarge).toBe(false);
    expect(parseLimitMessage('Limit 100, Used 1, Requested 101').tooLarge).toBe(true);
  });

  it('should recognize a request as too large without numbers only at the beginning of the message', () => {
    expect(parseLimitMessage('Request too large for model `m`')).toStrictEqual({ tooLarge: true });
    expect(parseLimitMessage('Nobody said: Request too large')).toStrictEqual({ tooLarge: false });
  });

  it('should read back whatever Groq can write', () => {
    const count = fc.nat(999_999_999);
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(NAMES)),
        fc.nat(999_999_999),
        count,
        fc.nat(86_400_000),
        fc.stringMatching(/^[a-z0-9./-]{1,40}$/),
        (name, limit, used, ms, model) => {
          const requested = Math.floor(limit / 2);
          const numbers = `Limit ${limit}, Used ${used}, Requested ${requested}`;
          expect(parseLimitMessage(reached(name, numbers, formatGoDuration(ms), model))).toMatchObject({
            tooLarge: false,
            limit,
            used,
            requested,
            ms,
          });
        },
      ),
    );
  });

  it('should never throw, and return only finite counts of at least zero', () => {
    const word = fc.constantFrom(
      'Limit ',
      'Used ',
      'Requested ',
      'try again in ',
      '(',
      '):',
      'TPM',
      '. ',
      '1',
      '~',
      's',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string())), (words) => {
        const { limit = 0, used = 0, requested = 0, ms = 0 } = parseLimitMessage(words.join(''));
        for (const value of [limit, used, requested, ms])
          expect(value).toSatisfy((n: number) => n >= 0 && n < Infinity);
      }),
    );
  });

  shared('ratelimit-samples.json', (text) => {
    interface Sample {
      readonly status: number;
      readonly dimension: string;
      readonly model: string;
      readonly limit: number;
      readonly used: number | null;
      readonly requested: number;
      readonly try_again_in: string | null;
      readonly try_again_s: number | null;
    }
    const { messages_429_413: samples } = JSON.parse(text) as { messages_429_413: Sample[] };

    it.each(samples.map((sample, i) => [i, sample] as const))('should read the recorded message %i', (_, sample) => {
      const { status, dimension, model, limit, used, requested, try_again_in: wait, try_again_s: seconds } = sample;
      const message =
        status === 413
          ? tooLarge(dimension, `Limit ${limit}, Requested ${requested}`, model)
          : reached(dimension, `Limit ${limit}, Used ${used ?? ''}, Requested ${requested}`, wait ?? '', model);
      const { ms, ...read } = parseLimitMessage(message);
      expect(read).toStrictEqual({
        tooLarge: requested > limit,
        dimension: dimension === 'ASPH' ? 'ash' : dimension.toLowerCase(),
        limit,
        ...(used !== null && { used }),
        requested,
      });
      if (seconds === null) expect(ms).toBe(undefined);
      else expect(ms).toBeCloseTo(seconds * 1_000, 5);
    });

    it('should have 42 recorded messages', () => {
      expect(samples).toHaveLength(42);
    });
  });
});
