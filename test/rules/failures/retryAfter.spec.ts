import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../../src/rules/failures/retryAfter.ts';

const DAY = 86_400_000;
const date = 'Wed, 18 Nov 2026 12:00:00 GMT';

describe('parseRetryAfter', () => {
  it.each([
    ['2', 2_000],
    ['1.5', 1_500],
    ['1.25', 1_250],
    ['007', 7_000],
    ['86400', DAY],
    ['2592000', 30 * DAY],
  ])('should read %s seconds', (value, ms) => {
    expect(parseRetryAfter({ 'retry-after': value })).toBe(ms);
  });

  it.each([
    ['Wed, 18 Nov 2026 12:01:30 GMT', 90_000],
    ['Thu, 19 Nov 2026 12:00:00 GMT', DAY],
    ['Wed, 18 Nov 2026 12:00:01 GMT', 1_000],
  ])('should measure the date %s from the date header of the server', (value, ms) => {
    expect(parseRetryAfter({ 'retry-after': value, date })).toBe(ms);
  });

  it('should prefer retry-after-ms', () => {
    expect(parseRetryAfter({ 'retry-after-ms': '250.5', 'retry-after': '2' })).toBe(250.5);
    expect(parseRetryAfter({ 'retry-after-ms': 'soon', 'retry-after': '2' })).toBe(2_000);
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a blank', ' '],
    ['blanks around', ' 2 '],
    ['a word', 'abc'],
    ['no time', '0'],
    ['no time at all', '0.000'],
    ['this very moment', date],
    ['a number below zero', '-5'],
    ['a sign', '+5'],
    ['an exponent', '1e3'],
    ['a huge exponent', '1e400'],
    ['a hexadecimal', '0x10'],
    ['no number', 'NaN'],
    ['infinity', 'Infinity'],
    ['a comma', '1,5'],
    ['two values', '1, 2'],
    ['two headers', ['1', '2']],
    ['a list of one', ['5']],
    ['half a number', '5.'],
    ['the other half', '.5'],
    ['two points', '1.2.3'],
    ['many digits', '1'.repeat(11)],
    ['10 kB of digits', '1'.repeat(10_240)],
    ['10 kB of points', '.'.repeat(10_240)],
    ['10 kB before GMT', `${'1'.repeat(10_240)} GMT`],
    ['a past date', 'Wed, 18 Nov 2026 11:59:59 GMT'],
    ['a date in two years', 'Mon, 20 Nov 2028 12:00:00 GMT'],
    ['a date of many blanks', `Wed, 18 Nov 2026 ${' '.repeat(20)}12:01:30 GMT`],
    ['no date', 'Wed, 99 Nov 2026 12:00:00 GMT'],
    ['a date without its zone', 'Wed, 18 Nov 2026 12:01:30'],
  ])('should ignore %s', (_, value) => {
    expect(parseRetryAfter({ 'retry-after': value, date })).toBe(undefined);
    expect(parseRetryAfter({ 'retry-after-ms': value })).toBe(undefined);
  });

  it('should ignore a duration of more than a year', () => {
    expect(parseRetryAfter({ 'retry-after': '31622400' })).toBe(366 * DAY);
    expect(parseRetryAfter({ 'retry-after': '31622400.1' })).toBe(undefined);
    expect(parseRetryAfter({ 'retry-after-ms': '9999999999' })).toBe(9_999_999_999);
  });

  it('should ignore a date when the server sends no valid date header', () => {
    expect(parseRetryAfter({ 'retry-after': date })).toBe(undefined);
    expect(parseRetryAfter({ 'retry-after': date, date: 'today' })).toBe(undefined);
  });

  it('should return a duration of up to a year, or undefined, for any headers', () => {
    const value = fc.oneof(fc.string(), fc.double().map(String), fc.date().map(String), fc.array(fc.string()));
    fc.assert(
      fc.property(value, value, value, (seconds, ms, now) => {
        const wait = parseRetryAfter({ 'retry-after': seconds, 'retry-after-ms': ms, date: now });
        expect(wait === undefined || (wait > 0 && wait <= 366 * DAY)).toBe(true);
      }),
    );
  });
});
