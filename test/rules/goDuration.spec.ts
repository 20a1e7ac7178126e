import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatGoDuration, parseGoDuration } from '../../src/rules/goDuration.ts';
import { shared } from '../util/shared.ts';

describe('formatGoDuration', () => {
  it.each([
    [0, '0s'],
    [-5, '0s'],
    [Number.NaN, '0s'],
    [0.000_001, '1ns'],
    [0.000_999, '999ns'],
    [0.001, '1µs'],
    [0.0015, '1.5µs'],
    [0.999_999, '999.999µs'],
    [1, '1ms'],
    [60, '60ms'],
    [782.333_333_333, '782.333333ms'],
    [999.999_999_9, '1s'],
    [1_000, '1s'],
    [7_660, '7.66s'],
    [11_932.5, '11.9325s'],
    [59_999, '59.999s'],
    [60_000, '1m0s'],
    [172_800, '2m52.8s'],
    [259_200, '4m19.2s'],
    [578_016, '9m38.016s'],
    [3_600_000, '1h0m0s'],
    [3_888_000, '1h4m48s'],
    [86_400_000, '24h0m0s'],
    [5_875_200, '1h37m55.2s'],
  ])('should write %f ms as %s', (ms, text) => {
    expect(formatGoDuration(ms)).toBe(text);
  });
});

describe('parseGoDuration', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['60ms', 60],
    ['782.333333ms', 782.333333],
    ['7.66s', 7_660],
    ['2m59.56s', 179_560],
    ['2m52.8s', 172_800],
    ['1h4m48s', 3_888_000],
    ['1h2m', 3_720_000],
    ['1.5h', 5_400_000],
    ['1500ns', 0.0015],
    ['250us', 0.25],
    ['250\u00b5s', 0.25],
    ['250\u03bcs', 0.25],
    ['.5s', 500],
    ['1.s', 1_000],
    ['1m.5s', 60_500],
    ['1s.5s', 1_500],
  ])('should read %s', (text, ms) => {
    expect(parseGoDuration(text)).toBeCloseTo(ms, 9);
  });

  it.each([
    '',
    ' ',
    '.',
    '.s',
    's',
    '5',
    '7.66',
    '-5s',
    '+5s',
    '1d',
    '1 s',
    '1s ',
    '1S',
    '1.2.3s',
    '1e3s',
    '0x10s',
    'NaN',
    '∞',
    'Infinity',
    '1s5',
    'abc',
    '1,5s',
  ])('should refuse "%s"', (text) => {
    expect(parseGoDuration(text)).toBeUndefined();
  });

  it('should refuse a text that is too long', () => {
    expect(parseGoDuration(`${'0'.repeat(62)}5s`)).toBe(5_000);
    expect(parseGoDuration(`${'0'.repeat(63)}5s`)).toBeUndefined();
    expect(parseGoDuration(`${'9'.repeat(100_000)}s`)).toBeUndefined();
    expect(parseGoDuration('1s'.repeat(50_000))).toBeUndefined();
  });

  it('should parse what formatGoDuration writes, to the nanosecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 * 86_400_000 }), fc.integer({ min: 0, max: 999_999 }), (ms, ns) => {
        const value = ms + ns / 1e6;
        expect(parseGoDuration(formatGoDuration(value))).toBeCloseTo(value, 5);
      }),
    );
  });

  it('should format a parsed duration as Go does', () => {
    const part = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(part(200), part(59), part(59_999), (h, m, msOfMinute) => {
        const text = formatGoDuration(h * 3_600_000 + m * 60_000 + msOfMinute);
        expect(formatGoDuration(parseGoDuration(text) ?? Number.NaN)).toBe(text);
      }),
    );
  });

  it('should return a number or undefined for any text', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9.hmsnuµ e-]{0,20}$/), (text) => {
        const ms = parseGoDuration(text);
        expect(ms === undefined || (Number.isFinite(ms) && ms >= 0)).toBe(true);
      }),
    );
  });

  shared('ratelimit-samples.json', (text) => {
    it('should parse every recorded duration', () => {
      const { rows } = JSON.parse(text) as {
        rows: Record<'requests' | 'tokens', { reset: string; reset_s: number } | null>[];
      };
      const buckets = rows.flatMap((row) => [row.requests, row.tokens]).filter((bucket) => bucket !== null);
      expect(buckets.length).toBeGreaterThan(500);
      for (const { reset, reset_s } of buckets) expect(parseGoDuration(reset)).toBeCloseTo(reset_s * 1_000, 5);
    });
  });
});
