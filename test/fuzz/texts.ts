import * as fc from 'fast-check';
import { expect } from 'vitest';
import { isGroqError } from '../../src/errors/GroqError.ts';
import { DIMENSION_NAMES } from '../../src/model/Dimension.ts';
import type { WireHeaders } from '../../src/model/WireHeaders.ts';
import { httpErrorOf } from '../../src/rules/failures/httpError.ts';
import { parseRetryAfter } from '../../src/rules/failures/retryAfter.ts';
import { formatGoDuration, parseGoDuration } from '../../src/rules/goDuration.ts';
import { parseLimitHeaders } from '../../src/rules/limits/limitHeaders.ts';
import { parseLimitMessage } from '../../src/rules/limits/limitMessage.ts';
import { refusalBody } from '../../src/rules/serverModel/refusalBody.ts';
import { anyText, textOf } from './bytes.ts';
import { target } from './Target.ts';

const isAmount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;

const durationText = textOf(
  [
    '0',
    '1',
    '7',
    '66',
    '59.56',
    '.',
    '..',
    'h',
    'm',
    's',
    'ms',
    'us',
    '\u00b5s',
    '\u03bcs',
    'ns',
    '-',
    '+',
    ' ',
    'e3',
    '∞',
    'H',
  ],
  7,
);

/** The grammar of Go's durations. Each term is computed in nanoseconds, as in Go. */
const TERM = /(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|\u00b5s|\u03bcs|ns)/gy;

const NANOSECONDS: Readonly<Record<string, number>> = {
  h: 3_600e9,
  m: 60e9,
  s: 1e9,
  ms: 1e6,
  us: 1e3,
  '\u00b5s': 1e3,
  '\u03bcs': 1e3,
  ns: 1,
};

function plainDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const terms = [...text.matchAll(TERM)];
  if (terms.length === 0 || terms.map(([term]) => term).join('') !== text) return undefined;
  return (
    terms.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (NANOSECONDS[unit] ?? Number.NaN), 0) / 1e6
  );
}

const units = fc.oneof(fc.integer({ min: 0, max: 1e9 }), fc.constantFrom(0, 1, 97_050, 100_000));

const refusal = fc.record({
  type: fc.constant('refused' as const),
  status: fc.constantFrom(429 as const, 413 as const),
  dimension: fc.constantFrom(...DIMENSION_NAMES),
  limit: units,
  requested: units,
  used: units,
  wait: fc.option(fc.integer({ min: 0, max: 86_400_000 }), { nil: 'never' as const }),
});

const messageParts = [
  ...[
    'Rate limit reached for model `m` in organization `o` on tokens per day (TPD): ',
    'Request too large',
    '(TPM):',
    '(RPM)',
  ],
  ...[
    'Limit ',
    'Used ',
    'Requested ',
    'Limit 100000, ',
    'Used 97050, ',
    'Requested ~3619',
    '9'.repeat(20),
    '-5',
    '1e9',
    'NaN',
  ],
  ...['Please try again in ', '9m38.016s. ', '7.66s. ', '. ', '.', '(', ')', '):', '((((', ' ', 'x', '∞', '__proto__'],
];

const headerValue = fc.oneof(
  textOf(['0', '1', '9', '.', '-', '+', 'e', 'x', ' ', 'm', 's', 'h', 'abc', 'GMT', 'NaN', '∞', '99999'], 8),
  fc.constantFrom(
    ...['abc', '-5', '1e400', '0x10', '', '2592000', '7.66', '0', '9'.repeat(16), '9'.repeat(20), '9'.repeat(10_000)],
    ...['Wed, 21 Oct 2015 07:28:00 GMT', 'Wed, 21 Oct 2015 07:28:09 GMT', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ),
  anyText(12),
);

const headers = (...names: string[]): fc.Arbitrary<WireHeaders> =>
  fc.record(
    Object.fromEntries(names.map((name) => [name, fc.oneof(headerValue, fc.array(headerValue, { maxLength: 3 }))])),
    { requiredKeys: [] },
  );

const LIMIT_HEADERS = ['limit', 'remaining', 'reset'].flatMap((what) =>
  ['requests', 'tokens'].map((unit) => `x-ratelimit-${what}-${unit}`),
);

const limitHeaders = headers(...LIMIT_HEADERS);

const KEY = 'gsk_abcDEF123';

const errorBody = fc.oneof(
  textOf([...messageParts, '{', '}', '"error"', ':', '"message"', '"', KEY, '<html>'], 12),
  fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
  fc
    .record(
      {
        message: fc.oneof(textOf([...messageParts, KEY], 8), fc.constantFrom<unknown>(null, 5, {}, 'x'.repeat(9_000))),
        type: fc.constantFrom<unknown>('server_error', null, 5, KEY),
        code: fc.constantFrom<unknown>('model_not_found', '__proto__', 'constructor', 5, KEY),
      },
      { requiredKeys: [] },
    )
    .map((error) => JSON.stringify({ error })),
);

const response = fc.record({
  status: fc.constantFrom(
    300,
    301,
    304,
    307,
    400,
    401,
    403,
    404,
    408,
    409,
    413,
    418,
    422,
    429,
    498,
    499,
    500,
    502,
    503,
    504,
    599,
  ),
  headers: headers('retry-after', 'retry-after-ms', 'date', 'x-should-retry', 'x-request-id'),
  body: errorBody,
});

export const TEXTS = [
  target('durations, beside their grammar', 10_000, durationText, (text) => {
    const read = parseGoDuration(text);
    const plain = plainDuration(text);
    if (plain === undefined || read === undefined) expect(read).toBe(plain);
    else expect(Math.abs(read - plain)).toBeLessThanOrEqual(plain * 1e-12);
  }),
  target('durations as they are written', 8_000, fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
    const read = parseGoDuration(formatGoDuration(ms));
    expect(Math.abs((read ?? Number.NaN) - ms)).toBeLessThanOrEqual(1e-6 + ms * 1e-12);
  }),
  target('messages of limits, as the server writes them', 8_000, refusal, ({ wait, ...refused }) => {
    const waits = wait === 'never' ? {} : { wait };
    const { error } = refusalBody({ ...refused, ...waits }, { model: 'm (v2)', organization: 'org_1' });
    const { dimension, limit, requested, used } = refused;
    // Durations are written with a precision of a nanosecond.
    const expected = {
      tooLarge: wait === 'never' || requested > limit,
      dimension,
      limit,
      requested,
      ...(wait !== 'never' && { used, ms: wait }),
    };
    expect(parseLimitMessage(error.message)).toEqual(expected);
  }),
  target('messages of limits, torn to pieces', 8_000, textOf(messageParts, 14), (message) => {
    const { tooLarge, dimension, ...amounts } = parseLimitMessage(message);
    expect(typeof tooLarge).toBe('boolean');
    if (dimension !== undefined) expect(DIMENSION_NAMES).toContain(dimension);
    for (const amount of Object.values(amounts)) expect(amount).toSatisfy(isAmount);
  }),
  target('what the server asks to wait', 10_000, headers('retry-after', 'retry-after-ms', 'date'), (given) => {
    const ms = parseRetryAfter(given);
    if (ms !== undefined) expect(ms).toSatisfy(isAmount);
    const { 'retry-after-ms': inMs, 'retry-after': value } = given;
    const isPlain = typeof value === 'string' && Number(value) >= 0 && /^[0-9.]+$/.test(value);
    // Anything except a number of seconds or a date is ignored.
    if (inMs === undefined && !isPlain && !String(value).endsWith('GMT')) expect(ms).toBeUndefined();
    if (inMs === undefined && isPlain && ms !== undefined) expect(ms).toBe(Number(value) * 1_000);
  }),
  target('headers of limits', 8_000, limitHeaders, (given) => {
    const read = parseLimitHeaders(given);
    for (const [dimension, unit] of [
      ['rpd', 'requests'],
      ['tpm', 'tokens'],
    ] as const) {
      const level = read[dimension] ?? {};
      for (const amount of Object.values(level)) expect(amount).toSatisfy(isAmount);
      for (const what of ['limit', 'remaining'] as const) {
        const text = given[`x-ratelimit-${what}-${unit}`];
        const isCount = typeof text === 'string' && /^[0-9]+$/.test(text) && Number.isSafeInteger(Number(text));
        const value = level[what];
        if (value !== undefined) expect([isCount, value]).toEqual([true, Number(text)]);
        else if (isCount) expect(text.length).toBeGreaterThan(15);
      }
    }
  }),
  target('answers that are errors', 4_000, response, (given) => {
    const error = httpErrorOf({ ...given, model: 'm' });
    expect(error).toSatisfy(isGroqError);
    const { message, stack = '', advice } = error;
    expect(advice.length).toBeGreaterThan(0);
    expect(message.length).toBeLessThan(5_000);
    expect(`${message} ${stack} ${JSON.stringify(error)}`).not.toContain(KEY);
    const { retryAfter } = error as { readonly retryAfter?: number };
    if (retryAfter !== undefined) expect(retryAfter).toSatisfy(isAmount);
  }),
];
