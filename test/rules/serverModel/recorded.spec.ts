import { describe, expect, it } from 'vitest';
import { DIMENSIONS, type Dimension } from '../../../src/model/Dimension.ts';
import { formatGoDuration, parseGoDuration } from '../../../src/rules/goDuration.ts';
import { bucketLimiter } from '../../../src/rules/serverModel/bucketLimiter.ts';
import { createServerModel } from '../../../src/rules/serverModel.ts';
import { shared } from '../../util/shared.ts';

interface RecordedBucket {
  limit: number;
  remaining: number;
  reset: string;
  reset_s: number;
}

interface RecordedRefusal {
  status: 429 | 413;
  dimension: 'TPM' | 'TPD' | 'RPM';
  limit: number;
  used: number | null;
  requested: number;
  try_again_s: number | null;
  model: string | null;
}

interface Samples {
  rows: { source_file: string; date: string; requests: RecordedBucket | null; tokens: RecordedBucket | null }[];
  extra_headers: Record<string, string | number>[];
  messages_429_413: RecordedRefusal[];
}

const DIMENSION_OF = { TPM: 'tpm', TPD: 'tpd', RPM: 'rpm' } as const;

/** A model whose bucket of the dimension has this much used at time 0. */
function drained(dimension: Dimension, limit: number, used: number, rounding: '2024' | '2026') {
  const charged = (amount: number) => ({
    requests: amount,
    tokens: amount,
    inputTokens: amount,
    outputTokens: amount,
    audioSeconds: amount,
  });
  const server = createServerModel({
    limits: { [dimension]: limit },
    rounding,
    chargeModel: {
      admission: ({ promptTokens }) => charged(promptTokens),
      completion: (_claim, { promptTokens }) => charged(promptTokens),
    },
  });
  const ruling = server.admit(0, { promptTokens: 0 });
  if (ruling.type === 'admitted') server.settle(0, ruling.admission, { promptTokens: used, completionTokens: 0 });
  return server;
}

describe('createServerModel', () => {
  shared('ratelimit-samples.json', (text) => {
    const samples = JSON.parse(text) as Samples;
    const buckets = samples.rows.flatMap(({ requests, tokens }) => [
      ...(requests === null ? [] : [{ dimension: 'rpd' as const, ...requests }]),
      ...(tokens === null ? [] : [{ dimension: 'tpm' as const, ...tokens }]),
    ]);

    it('should have all 272 rows and 42 messages', () => {
      expect(samples.rows).toHaveLength(272);
      expect(buckets.length).toBeGreaterThan(540);
      expect(samples.messages_429_413).toHaveLength(42);
    });

    it('should be full when each row says, within one unit and a millisecond', () => {
      for (const { dimension, limit, remaining, reset_s } of buckets) {
        const exact = bucketLimiter(limit, DIMENSIONS[dimension].window, '2024');
        exact.charge(0, limit - remaining);
        const late = exact.show(0).reset - reset_s * 1_000;
        expect(late).toBeGreaterThanOrEqual(-1e-5);
        expect(late).toBeLessThan(DIMENSIONS[dimension].window / limit + 1);
      }
    });

    it('should reproduce each row after the recorded fraction of a unit has flowed in', () => {
      for (const { dimension, limit, remaining, reset, reset_s } of buckets) {
        const server = drained(dimension, limit, limit - remaining, '2024');
        const name = dimension === 'rpd' ? 'requests' : 'tokens';
        const whole = server.show(0)[name]?.reset ?? Number.NaN;
        const shown = server.show(whole - reset_s * 1_000)[name];
        expect(shown?.limit).toBe(limit);
        expect(shown?.remaining).toBe(remaining);
        expect(parseGoDuration(formatGoDuration(shown?.reset ?? Number.NaN))).toBeCloseTo(
          parseGoDuration(reset) ?? 0,
          5,
        );
      }
    });

    it('should format the durations of 2026 exactly', () => {
      const { extra_headers } = samples;
      expect(extra_headers.length).toBeGreaterThan(0);
      for (const row of extra_headers) {
        for (const [name, dimension] of [
          ['requests', 'rpd'],
          ['tokens', 'tpm'],
        ] as const) {
          const limit = Number(row[`limit_${name}`]);
          const used = limit - Number(row[`remaining_${name}`]);
          const shown = drained(dimension, limit, used, '2026').show(0)[name];
          expect(formatGoDuration(shown?.reset ?? Number.NaN)).toBe(row[`reset_${name}`]);
        }
      }
    });

    it('should compute the wait of each recorded 429', () => {
      const waits = samples.messages_429_413.filter(({ try_again_s }) => try_again_s !== null);
      expect(waits).toHaveLength(35);
      let exact = 0;
      for (const { dimension, limit, used, requested, try_again_s } of waits) {
        const name = DIMENSION_OF[dimension];
        const said = (try_again_s ?? 0) * 1_000;
        const server = drained(name, limit, used ?? 0, '2026');
        const ruling = server.admit(0, { promptTokens: requested });
        if (requested > limit) {
          // Until 2024 this was a 429 with a wait; now it is a 413, so the wait comes from the limiter.
          expect(ruling).toMatchObject({ status: 413 });
          const limiter = bucketLimiter(limit, DIMENSIONS[name].window, '2026');
          limiter.charge(0, used ?? 0);
          expect(limiter.wait(0, requested)).toBeCloseTo(said, 2);
          continue;
        }
        expect(ruling).toMatchObject({ status: 429, dimension: name, used, requested });
        const wait = ruling.type === 'refused' ? (ruling.wait ?? 0) : 0;
        // Messages until 2025 round the used units up, so the wait differs by less than a unit.
        expect(Math.abs(wait - said)).toBeLessThanOrEqual(DIMENSIONS[name].window / limit);
        if (Math.abs(wait - said) < 1e-5) exact++;
      }
      expect(exact).toBe(31);
    });

    it('should refuse with 413 what was recorded as too large', () => {
      const tooLarge = samples.messages_429_413.filter(({ status }) => status === 413);
      expect(tooLarge.length).toBeGreaterThan(5);
      for (const { limit, requested } of tooLarge) {
        const server = createServerModel({ limits: { tpm: limit } });
        expect(server.admit(0, { promptTokens: requested - 1 })).toMatchObject({ status: 413, limit, requested });
      }
    });
  });
});
