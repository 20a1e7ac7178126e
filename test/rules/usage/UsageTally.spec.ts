import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsageFigure, UsageRecord, UsageTotal } from '../../../src/model/UsageRecord.ts';
import { UsageTally } from '../../../src/rules/usage/UsageTally.ts';

const origin = { seq: 0, attempt: 1, model: 'm', at: 0 };
const tokens = { promptTokens: 10, cachedTokens: 4, completionTokens: 3, reasoningTokens: 2, totalTokens: 13 };
const reported = (cost?: number): UsageRecord => ({ ...origin, type: 'reported', tokens, refused: false, cost });
const estimated = (cost?: number): UsageRecord => ({ ...origin, type: 'estimated', tokens, cost });
const unknown: UsageRecord = { ...origin, type: 'unknown' };
const zero = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0, totalTokens: 0 };
const nothing = { ...zero, requests: 0, unpriced: 0 };

describe('UsageTally', () => {
  const tallied = (...records: readonly (readonly [string | undefined, UsageRecord])[]) => {
    const tally = new UsageTally();
    for (const [name, record] of records) tally.add(name, record);
    return tally;
  };

  it('should separate reported, estimated and unknown usage', () => {
    expect(tallied(['a', reported(1)], ['a', estimated(2)], ['a', unknown], ['a', unknown]).totals.get('a')).toEqual({
      reported: { ...tokens, requests: 1, cost: 1, unpriced: 0 },
      estimated: { ...tokens, requests: 1, cost: 2, unpriced: 0 },
      unknown: { requests: 2 },
    });
  });

  it('should leave the cost out if no price is known, and count the unpriced requests', () => {
    expect(tallied(['a', reported()]).totals.get('a')?.reported).toEqual({ ...tokens, requests: 1, unpriced: 1 });
    expect(tallied(['a', reported()], ['a', reported(2)]).totals.get('a')?.reported).toMatchObject({
      cost: 2,
      unpriced: 1,
    });
    expect(tallied(['a', unknown]).totals.get('a')).toEqual({
      reported: nothing,
      estimated: nothing,
      unknown: { requests: 1 },
    });
  });

  it('should count records without a name under undefined', () => {
    expect([...tallied([undefined, unknown], ['a', unknown]).totals.keys()]).toEqual([undefined, 'a']);
  });

  it('should not change totals that it has returned, and reuse them while nothing is new', () => {
    const tally = tallied(['a', unknown]);
    const before = tally.totals;
    expect(tally.totals).toBe(before);
    tally.add('a', unknown);
    expect([before, tally.totals].map((totals) => totals.get('a')?.unknown.requests)).toEqual([1, 2]);
  });

  it('should keep a thousand names, and all others as one', () => {
    const tally = new UsageTally();
    for (let i = 0; i < 5_000; i++) tally.add(`tag-${i}`, reported(1));
    tally.add('tag-7', reported(1));
    tally.add(undefined, reported(1));
    const { totals } = tally;
    expect(totals.size).toBe(1_002);
    expect(totals.get('tag-7')?.reported.requests).toBe(2);
    expect(totals.get('tag-1000')).toBeUndefined();
    expect(totals.get('(others)')?.reported.requests).toBe(4_000);
    expect([...totals.values()].reduce((sum, { reported }) => sum + reported.requests, 0)).toBe(5_002);
  });

  it('should keep a thousand names also if some requests have none', () => {
    const tally = new UsageTally();
    tally.add(undefined, unknown);
    for (let i = 1; i <= 1_001; i++) tally.add(`tag-${i}`, unknown);
    expect(tally.totals.size).toBe(1_002);
    expect(tally.totals.has('tag-1000')).toBe(true);
    expect(tally.totals.get('(others)')?.unknown.requests).toBe(1);
  });

  it('should keep the sums, however the records are spread over names', () => {
    const figure: fc.Arbitrary<UsageFigure> = fc.oneof(
      fc.constant({ type: 'unknown' as const }),
      fc.record({
        type: fc.constantFrom('reported' as const, 'estimated' as const),
        tokens: fc.record({
          promptTokens: fc.nat(1e6),
          cachedTokens: fc.nat(1e6),
          completionTokens: fc.nat(1e6),
          reasoningTokens: fc.nat(1e6),
          totalTokens: fc.nat(1e6),
        }),
        refused: fc.boolean(),
        cost: fc.option(fc.nat(1e6), { nil: undefined }),
      }),
    );
    const sum = (totals: Iterable<UsageTotal>, of: (total: UsageTotal) => number): number =>
      [...totals].reduce((total, one) => total + of(one), 0);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.option(fc.nat(2_000).map(String), { nil: undefined }), figure)), (given) => {
        const records = given.map(([name, one]) => [name, { ...origin, ...one }] as const);
        const all = [...tallied(...records).totals.values()];
        for (const type of ['reported', 'estimated'] as const) {
          const own = given.flatMap(([, one]) => (one.type === type ? [one] : []));
          expect(sum(all, (total) => total[type].requests)).toBe(own.length);
          expect(sum(all, (total) => total[type].totalTokens)).toBe(
            own.reduce((s, one) => s + one.tokens.totalTokens, 0),
          );
          expect(sum(all, (total) => total[type].cost ?? 0)).toBe(own.reduce((s, one) => s + (one.cost ?? 0), 0));
          expect(sum(all, (total) => total[type].unpriced)).toBe(own.filter((one) => one.cost === undefined).length);
        }
        expect(sum(all, (total) => total.unknown.requests)).toBe(
          given.filter(([, one]) => one.type === 'unknown').length,
        );
      }),
    );
  });
});
