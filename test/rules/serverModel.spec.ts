import { describe, expect, it } from 'vitest';
import { DIMENSION_NAMES, type Dimension } from '../../src/model/Dimension.ts';
import type { Limits } from '../../src/model/Limits.ts';
import type { Claim } from '../../src/rules/serverModel/chargeModels.ts';
import type { AdmittedRequest, Ruling } from '../../src/rules/serverModel/Ruling.ts';
import { createServerModel, type ServerModel } from '../../src/rules/serverModel.ts';

const MINUTE = 60_000;

const FREE: Limits = { rpm: 30, rpd: 1_000, tpm: 8_000, tpd: 200_000 };

const claim = (promptTokens: number, maxCompletionTokens?: number): Claim => ({ promptTokens, maxCompletionTokens });

function admitted(ruling: Ruling): AdmittedRequest {
  if (ruling.type === 'refused') throw new Error(`refused on ${ruling.dimension}`);
  return ruling.admission;
}

const levelOf = (server: ServerModel, now: number, dimension: Dimension): number =>
  server.levels(now).find((level) => level.dimension === dimension)?.level ?? Number.NaN;

describe('createServerModel', () => {
  it('should charge the prompt and max_completion_tokens, as recorded', () => {
    const server = createServerModel({ limits: FREE });
    const ruling = server.admit(0, claim(75, 4));
    expect(ruling.type).toBe('admitted');
    expect(ruling.shown).toEqual({
      requests: { limit: 1_000, used: 1, remaining: 999, reset: 86_400 },
      tokens: { limit: 8_000, used: 79, remaining: 7_921, reset: 592 },
    });
  });

  it('should charge one completion token when the length is left open', () => {
    const server = createServerModel({ limits: FREE });
    expect(server.admit(0, claim(78)).shown.tokens?.remaining).toBe(7_921);
  });

  it('should charge each dimension in its own unit', () => {
    const limits = Object.fromEntries(DIMENSION_NAMES.map((name) => [name, 1_000]));
    const server = createServerModel({ limits });
    admitted(server.admit(0, { promptTokens: 100, maxCompletionTokens: 50, audioSeconds: 7 }));
    const used = Object.fromEntries(server.levels(0).map(({ dimension, limit, level }) => [dimension, limit - level]));
    expect(used).toEqual({ rpm: 1, rpd: 1, tpm: 150, tpd: 150, itpm: 100, otpm: 50, ash: 7, asd: 7 });
  });

  it('should settle with the usage, without cached tokens', () => {
    const server = createServerModel({ limits: { ...FREE, itpm: 7_000, otpm: 1_000 } });
    const admission = admitted(server.admit(0, claim(1_000, 500)));
    server.settle(0, admission, { promptTokens: 1_000, completionTokens: 40, cachedTokens: 600 });
    expect(levelOf(server, 0, 'tpm')).toBeCloseTo(8_000 - 440, 6);
    expect(levelOf(server, 0, 'tpd')).toBeCloseTo(200_000 - 440, 6);
    expect(levelOf(server, 0, 'itpm')).toBeCloseTo(7_000 - 400, 6);
    expect(levelOf(server, 0, 'otpm')).toBeCloseTo(1_000 - 40, 6);
    expect(levelOf(server, 0, 'rpm')).toBeCloseTo(29, 6);
    expect(server.levels(0).find(({ dimension }) => dimension === 'tpm')).toMatchObject({
      charged: 1_500,
      settled: 440,
    });
  });

  it('should settle a request once', () => {
    const server = createServerModel({ limits: FREE });
    const admission = admitted(server.admit(0, claim(1_000, 500)));
    server.settle(0, admission, { promptTokens: 1_000, completionTokens: 40 });
    server.settle(0, admission, { promptTokens: 0, completionTokens: 0 });
    expect(levelOf(server, 0, 'tpm')).toBeCloseTo(8_000 - 1_040, 6);
  });

  it('should go below zero when more was used than charged, and refuse until that has flowed in', () => {
    const server = createServerModel({ limits: { tpm: 5_000 }, chargeModel: 'post', rounding: '2024' });
    const admission = admitted(server.admit(0, { promptTokens: 5_747, roughPromptTokens: 4_000 }));
    server.settle(0, admission, { promptTokens: 5_700, completionTokens: 47 });
    expect(levelOf(server, 0, 'tpm')).toBeCloseTo(-747, 6);
    expect(server.admit(0, { promptTokens: 4_251 })).toMatchObject({
      status: 429,
      dimension: 'tpm',
      used: 5_747,
      requested: 4_251,
      wait: expect.closeTo(59_976, 3) as number,
      shown: { tokens: { remaining: 0 } },
    });
  });

  it('should charge an estimate first and the rest later with the charge model "post"', () => {
    const server = createServerModel({ limits: { tpm: 8_000, otpm: 100 }, chargeModel: 'post' });
    const admission = admitted(
      server.admit(0, { promptTokens: 90, roughPromptTokens: 14, maxCompletionTokens: 4_000 }),
    );
    expect(levelOf(server, 0, 'tpm')).toBeCloseTo(8_000 - 14, 6);
    expect(levelOf(server, 0, 'otpm')).toBe(100);
    server.settle(0, admission, { promptTokens: 90, completionTokens: 30 });
    expect(levelOf(server, 0, 'tpm')).toBeCloseTo(8_000 - 120, 6);
    expect(levelOf(server, 0, 'otpm')).toBeCloseTo(70, 6);
  });

  it('should give nothing back with the charge model "keep"', () => {
    const server = createServerModel({ limits: { tpm: 8_000, itpm: 8_000, otpm: 8_000 }, chargeModel: 'keep' });
    const short = admitted(server.admit(0, claim(100, 900)));
    server.settle(0, short, { promptTokens: 100, completionTokens: 5 });
    expect(levelOf(server, 0, 'tpm')).toBeCloseTo(7_000, 6);
    expect(levelOf(server, 0, 'itpm')).toBeCloseTo(7_900, 6);
    expect(levelOf(server, 0, 'otpm')).toBeCloseTo(7_100, 6);
    const open = admitted(server.admit(0, claim(100)));
    server.settle(0, open, { promptTokens: 150, completionTokens: 300 });
    expect(levelOf(server, 0, 'tpm')).toBeCloseTo(6_550, 6);
    expect(levelOf(server, 0, 'itpm')).toBeCloseTo(7_750, 6);
    expect(levelOf(server, 0, 'otpm')).toBeCloseTo(6_800, 6);
  });

  it('should accept a custom charge model', () => {
    const free = { requests: 1, tokens: 0, inputTokens: 0, outputTokens: 0, audioSeconds: 0 };
    const server = createServerModel({
      limits: FREE,
      chargeModel: { admission: () => free, completion: () => free },
    });
    expect(server.admit(0, claim(9_999, 9_999)).shown.tokens?.remaining).toBe(8_000);
  });

  it('should report the limit, the used and requested units, and the wait', () => {
    const server = createServerModel({ limits: { tpm: 8_000 } });
    admitted(server.admit(0, claim(6_677)));
    const settled = admitted(server.admit(0, claim(0)));
    server.settle(0, settled, { promptTokens: 0, completionTokens: 0 });
    expect(server.admit(0, claim(4_982))).toMatchObject({
      type: 'refused',
      status: 429,
      dimension: 'tpm',
      limit: 8_000,
      used: 6_678,
      requested: 4_983,
      wait: 27_457.5,
    });
  });

  it('should report whole units with the rounding of 2026, and fractions with that of 2024', () => {
    const wait = (rounding: '2024' | '2026') => {
      const server = createServerModel({ limits: { tpm: 8_000 }, rounding });
      admitted(server.admit(0, claim(6_999)));
      // A token flows in every 7.5 ms, so 6,999.6 are used now.
      const ruling = server.admit(3, claim(2_999));
      const { tokens } = server.show(3);
      return ruling.type === 'refused' && { wait: ruling.wait, used: ruling.used, reset: tokens?.reset };
    };
    expect(wait('2026')).toEqual({ wait: 15_000, used: 7_000, reset: 52_500 });
    expect(wait('2024')).toEqual({
      wait: expect.closeTo(14_997, 6) as number,
      used: 7_000,
      reset: expect.closeTo(52_497, 6) as number,
    });
  });

  it('should refuse the 31st request of a burst for two seconds, without headers about tokens', () => {
    const server = createServerModel({ limits: FREE });
    for (let i = 0; i < 30; i++) admitted(server.admit(0, claim(10)));
    const refusal = server.admit(0, claim(10));
    expect(refusal).toMatchObject({ status: 429, dimension: 'rpm', used: 30, requested: 1, wait: 2_000 });
    expect(refusal.shown.tokens).toBeUndefined();
    expect(refusal.shown.requests?.remaining).toBe(970);
  });

  it('should report a full bucket of the minute in a 429 for the day', () => {
    const server = createServerModel({ limits: { ...FREE, tpm: 300_000 } });
    const first = admitted(server.admit(0, claim(199_000)));
    server.settle(0, first, { promptTokens: 199_000, completionTokens: 0 });
    expect(server.admit(MINUTE, claim(2_000))).toMatchObject({
      status: 429,
      dimension: 'tpd',
      shown: { tokens: { remaining: 300_000 } },
    });
  });

  it('should answer 413 to a request that can never fit, but 429 for output tokens', () => {
    const server = createServerModel({ limits: { ...FREE, itpm: 7_000, otpm: 1_000 } });
    for (let i = 0; i < 30; i++) admitted(server.admit(0, claim(10)));
    expect(server.admit(0, claim(13_657))).toMatchObject({ status: 413, dimension: 'itpm', requested: 13_657 });
    expect(server.admit(0, claim(10, 1_847))).toMatchObject({ status: 429, dimension: 'otpm', requested: 1_847 });
    const tooLarge = server.admit(0, claim(6_999, 1_000));
    expect(tooLarge).toMatchObject({ status: 429, dimension: 'rpm' });
    expect(createServerModel({ limits: FREE }).admit(0, claim(211, 32_768))).not.toHaveProperty('wait');
  });

  it('should admit exactly the limit, and refuse one token more with 413', () => {
    const server = createServerModel({ limits: { tpm: 8_000 } });
    expect(server.admit(0, claim(0, 8_001))).toMatchObject({ status: 413 });
    expect(server.admit(0, claim(0, 8_000))).toMatchObject({ type: 'admitted' });
  });

  it('should admit anything without limits', () => {
    const server = createServerModel({ limits: {} });
    expect(server.admit(0, claim(1e9, 1e9))).toMatchObject({ type: 'admitted', shown: {} });
    expect(server.levels(0)).toEqual([]);
  });

  it('should ignore a clock that goes back', () => {
    const server = createServerModel({ limits: { tpm: 8_000 } });
    admitted(server.admit(10_000, claim(7_999)));
    expect(levelOf(server, 0, 'tpm')).toBeCloseTo(0, 6);
    expect(levelOf(server, 11_000, 'tpm')).toBeCloseTo(8_000 / 60, 6);
  });

  describe('as a fixed window', () => {
    it('should count from zero at each multiple of the window', () => {
      const server = createServerModel({ limits: { tpm: 1_000 }, shape: 'fixed' });
      admitted(server.admit(50_000, claim(999)));
      expect(server.admit(59_000, claim(10))).toMatchObject({ status: 429, wait: 1_000, used: 1_000 });
      expect(server.show(59_000).tokens).toMatchObject({ remaining: 0, reset: 1_000 });
      expect(server.admit(60_000, claim(999))).toMatchObject({ type: 'admitted' });
    });

    it('should give back only within the window of the charge', () => {
      const server = createServerModel({ limits: { tpm: 1_000 }, shape: 'fixed' });
      const early = admitted(server.admit(0, claim(100, 400)));
      const late = admitted(server.admit(0, claim(100, 400)));
      server.settle(1_000, early, { promptTokens: 100, completionTokens: 0 });
      expect(levelOf(server, 1_000, 'tpm')).toBe(400);
      const next = admitted(server.admit(60_000, claim(100)));
      server.settle(60_000, late, { promptTokens: 100, completionTokens: 0 });
      expect(levelOf(server, 60_000, 'tpm')).toBe(899);
      server.settle(120_000, next, { promptTokens: 100, completionTokens: 51 });
      expect(levelOf(server, 120_000, 'tpm')).toBe(950);
    });
  });

  describe('as a sliding window', () => {
    it('should compute the wait until enough of the log has left the window', () => {
      const server = createServerModel({ limits: { tpm: 1_000 }, shape: 'sliding' });
      admitted(server.admit(0, claim(299)));
      admitted(server.admit(10_000, claim(299)));
      admitted(server.admit(20_000, claim(299)));
      expect(server.admit(30_000, claim(99))).toMatchObject({ type: 'admitted' });
      expect(server.admit(30_000, claim(299))).toMatchObject({ status: 429, wait: 30_000, used: 1_000 });
      expect(server.admit(30_000, claim(599))).toMatchObject({ status: 429, wait: 40_000 });
      expect(server.show(30_000).tokens?.reset).toBe(60_000);
      expect(server.admit(60_000, claim(299))).toMatchObject({ type: 'admitted' });
      expect(server.show(200_000).tokens).toMatchObject({ used: 0, reset: 0 });
    });

    it('should reduce the charged entry, and add excess usage as a new one', () => {
      const server = createServerModel({ limits: { tpm: 1_000 }, shape: 'sliding' });
      const lower = admitted(server.admit(0, claim(100, 400)));
      const higher = admitted(server.admit(0, claim(100)));
      server.settle(5_000, lower, { promptTokens: 100, completionTokens: 0 });
      server.settle(5_000, higher, { promptTokens: 100, completionTokens: 51 });
      expect(levelOf(server, 5_000, 'tpm')).toBe(1_000 - 100 - 151);
      expect(levelOf(server, 60_000, 'tpm')).toBe(950);
      expect(levelOf(server, 65_000, 'tpm')).toBe(1_000);
    });

    it('should not give back what has left the window', () => {
      const server = createServerModel({ limits: { tpm: 1_000 }, shape: 'sliding' });
      const old = admitted(server.admit(0, claim(100, 400)));
      admitted(server.admit(30_000, claim(99)));
      server.settle(60_000, old, { promptTokens: 100, completionTokens: 0 });
      expect(levelOf(server, 60_000, 'tpm')).toBe(900);
    });

    it('should work for ten thousand requests', () => {
      const server = createServerModel({ limits: { rpm: 100_000 }, shape: 'sliding' });
      for (let i = 0; i < 10_000; i++) admitted(server.admit(i * 100, claim(1)));
      expect(levelOf(server, 9_999 * 100, 'rpm')).toBe(100_000 - 600);
    });
  });
});
