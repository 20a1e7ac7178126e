import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../src/model/ChatRequest.ts';
import type { Usage } from '../../../src/model/Usage.ts';
import { chatCost, covers, NO_COST, REFUSED_COST, usedCost } from '../../../src/rules/counting/cost.ts';
import { shared } from '../../util/shared.ts';

const request = (rest: Partial<ChatRequest>): ChatRequest => ({ model: 'm', messages: [], ...rest });

describe('chatCost', () => {
  it.each<[string, Partial<ChatRequest>, number]>([
    ['one token when no maximum is sent', {}, 1],
    ['the maximum', { max_completion_tokens: 500 }, 500],
    ['the maximum by its old name', { max_tokens: 300 }, 300],
    ['the newer of both', { max_completion_tokens: 500, max_tokens: 300 }, 500],
    ['one token when the maximum is null', { max_completion_tokens: null, max_tokens: null }, 1],
    ['the older when the newer is null', { max_completion_tokens: null, max_tokens: 300 }, 300],
  ])('should be the prompt and %s', (_, rest, output) => {
    expect(chatCost(request(rest), 75)).toStrictEqual({
      requests: 1,
      tokens: 75 + output,
      inputTokens: 75,
      outputTokens: output,
      audioSeconds: 0,
    });
  });
});

describe('usedCost', () => {
  it('should be the prompt and the completion without cached tokens', () => {
    const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
    expect(usedCost(usage)).toStrictEqual({
      requests: 1,
      tokens: 120,
      inputTokens: 100,
      outputTokens: 20,
      audioSeconds: 0,
    });
    expect(usedCost({ ...usage, prompt_tokens_details: { cached_tokens: 64 } })).toMatchObject({
      tokens: 56,
      inputTokens: 36,
    });
    expect(usedCost({ ...usage, prompt_tokens_details: null })).toMatchObject({ tokens: 120 });
    expect(usedCost({ ...usage, prompt_tokens_details: { cached_tokens: 1_000 } })).toMatchObject({ tokens: 20 });
  });

  it('should count an impossible number as 0', () => {
    const used = (prompt_tokens: number) => usedCost({ prompt_tokens, completion_tokens: 1, total_tokens: 1 }).tokens;
    expect([used(1e12 - 1), used(1e12), used(Infinity), used(-5)]).toEqual([1e12, 1, 1, 1]);
  });

  it('should be finite and at least zero for any usage', () => {
    const any = fc.oneof(fc.anything(), fc.double(), fc.integer());
    const details = fc.option(fc.record({ cached_tokens: any }));
    fc.assert(
      fc.property(any, any, details, (prompt_tokens, completion_tokens, prompt_tokens_details) => {
        const usage = { prompt_tokens, completion_tokens, prompt_tokens_details } as unknown as Usage;
        for (const units of Object.values(usedCost(usage))) {
          expect(units).toSatisfy((n: number) => n >= 0 && n < 1e13);
        }
      }),
    );
  });

  shared('recordings/INDEX.json', (text) => {
    it('should match the reported tokens of every recorded answer', () => {
      interface Row {
        readonly prompt_tokens: number | null;
        readonly completion_tokens: number | null;
        readonly cached_tokens: number | null;
      }
      const rows = (JSON.parse(text) as Row[]).filter(({ prompt_tokens }) => prompt_tokens !== null);
      expect(rows.length).toBeGreaterThan(300);
      for (const { prompt_tokens, completion_tokens, cached_tokens } of rows) {
        const [prompt, completion, cached] = [prompt_tokens ?? 0, completion_tokens ?? 0, cached_tokens ?? 0];
        const usage: Usage = {
          prompt_tokens: prompt,
          completion_tokens: completion,
          total_tokens: prompt + completion,
          ...(cached_tokens !== null && { prompt_tokens_details: { cached_tokens } }),
        };
        expect(usedCost(usage).tokens).toBe(prompt - cached + completion);
      }
    });
  });
});

describe('covers', () => {
  const cost = fc.record({
    requests: fc.nat(9),
    tokens: fc.nat(9),
    inputTokens: fc.nat(9),
    outputTokens: fc.nat(9),
    audioSeconds: fc.nat(9),
  });

  it('should require each unit separately', () => {
    const needed = { requests: 1, tokens: 1, inputTokens: 1, outputTokens: 1, audioSeconds: 1 };
    const plenty = { requests: 9, tokens: 9, inputTokens: 9, outputTokens: 9, audioSeconds: 9 };
    expect([covers(needed, needed), covers(plenty, needed)]).toEqual([true, true]);
    for (const unit of Object.keys(needed)) expect(covers({ ...plenty, [unit]: 0 }, needed)).toBe(false);
  });

  it('should require enough of every unit', () => {
    fc.assert(
      fc.property(cost, cost, (reserved, needed) => {
        const lacks = (Object.keys(needed) as (keyof typeof needed)[]).some((unit) => reserved[unit] < needed[unit]);
        expect(covers(reserved, needed)).toBe(!lacks);
        expect(covers(reserved, reserved)).toBe(true);
        expect(covers(reserved, NO_COST)).toBe(true);
      }),
    );
    expect(covers(NO_COST, REFUSED_COST)).toBe(false);
  });
});
