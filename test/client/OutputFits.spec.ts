import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import { unlimitedStore } from '../../src/adapters/unlimitedStore.ts';
import { type FitOptions, OutputFits } from '../../src/client/OutputFits.ts';
import type { BucketLevel, Limits } from '../../src/model/Limits.ts';

describe('OutputFits', () => {
  it('should fit by the completions of the same model and tenant, in whatever order they come', () => {
    const fits = new OutputFits(unlimitedStore());
    for (let i = 0; i < 100; i++) {
      fits.observe({ model: 'brief', messages: [] }, 'acme', 10);
      fits.observe({ model: 'long', messages: [] }, 'acme', 1_000);
      fits.observe({ model: 'long', messages: [] }, undefined, 100);
      fits.observe({ model: 'long', messages: [] }, undefined, 100);
    }
    const most = (model: string, tenant?: string) =>
      fits.fit({ model, messages: [], max_completion_tokens: 4_000 }, 0, { tenant, fitOutput: true })
        .max_completion_tokens;
    const [brief, acme, other] = [most('brief', 'acme'), most('long', 'acme'), most('long')].map(Number);
    expect(brief).toBeGreaterThanOrEqual(10);
    expect(brief).toBeLessThan(100);
    expect(other).toBeGreaterThanOrEqual(100);
    expect(other).toBeLessThan(1_000);
    expect(acme).toBeGreaterThanOrEqual(1_000);
    expect(acme).toBeLessThan(4_000);
  });

  it('should use the configured quantile, and 0.95 by default', () => {
    const fits = new OutputFits(unlimitedStore());
    const request = { model: 'm', messages: [], max_completion_tokens: 4_000 };
    for (let length = 1; length <= 100; length++) fits.observe(request, undefined, 10 * length);
    const most = (fitOutput: FitOptions['fitOutput']) =>
      fits.fit(request, 0, { tenant: undefined, fitOutput }).max_completion_tokens;
    expect(most(true)).toBe(most({ quantile: 0.95 }));
    expect(most({ quantile: 0.5 })).toBeLessThan(700);
    expect(most(true)).toBeGreaterThanOrEqual(950);
  });

  it.each<[Limits, number]>([
    [{ rpm: 5, tpm: 1_000 }, 900],
    [{ tpm: 2_000, tpd: 1_000 }, 900],
    [{ itpm: 200 }, 4_000],
    [{ tpm: 2_000, otpm: 1_000 }, 1_000],
    [{ tpm: 1_000, otpm: 1_000 }, 900],
    [{ tpm: 101 }, 1],
    // A prompt that is too long by itself is left unchanged, to be refused.
    [{ tpm: 100 }, 4_000],
  ])('should choose at most what %j can hold beside the prompt', (limits, expected) => {
    const fits = new OutputFits(memoryLimitStore({ limits }));
    const request = { model: 'm', messages: [], max_completion_tokens: 4_000 };
    expect(fits.fit(request, 100, { tenant: undefined, fitOutput: true }).max_completion_tokens).toBe(expected);
  });

  it('should not await the levels of a store that cannot tell them now', () => {
    const levels$ = new Subject<readonly BucketLevel[]>();
    const fits = new OutputFits({ ...unlimitedStore(), levels: () => levels$ });
    const request = { model: 'm', messages: [], max_completion_tokens: 4_000 };
    expect(fits.fit(request, 100, { tenant: undefined, fitOutput: true })).toBe(request);
    expect(levels$.observed).toBe(false);
  });

  it('should leave a request alone that has no maximum, or asks for none to be lowered', () => {
    const fits = new OutputFits(memoryLimitStore({ limits: { tpm: 1_000 } }));
    const open = { model: 'm', messages: [] };
    expect(fits.fit(open, 100, { tenant: undefined, fitOutput: true })).toBe(open);
    const long = { ...open, max_completion_tokens: 4_000 };
    expect(fits.fit(long, 100, { tenant: undefined, fitOutput: false })).toBe(long);
  });

  it('should lower `max_tokens` in a request that uses that name', () => {
    const fits = new OutputFits(memoryLimitStore({ limits: { tpm: 1_000 } }));
    const request = { model: 'm', messages: [], max_completion_tokens: null, max_tokens: 4_000 };
    expect(fits.fit(request, 100, { tenant: undefined, fitOutput: true })).toEqual({ ...request, max_tokens: 900 });
  });

  it('should forget the least recently used model and tenant when there are too many', () => {
    const fits = new OutputFits(unlimitedStore());
    const request = { model: 'm', messages: [], max_completion_tokens: 4_000 };
    const most = (tenant: string) => fits.fit(request, 0, { tenant, fitOutput: true }).max_completion_tokens;
    for (const tenant of ['acme', 'globex']) for (let i = 0; i < 100; i++) fits.observe(request, tenant, 10);
    for (let i = 0; i < 998; i++) fits.observe(request, `${i}`, 10);
    expect(most('acme')).toBeLessThan(100);
    fits.observe(request, 'one more', 10);
    expect(most('acme')).toBeLessThan(100);
    expect(most('globex')).toBe(4_000);
  });

  it('should not learn from answers that were cut at the maximum', () => {
    const fits = new OutputFits(unlimitedStore());
    const brief = { model: 'm', messages: [], max_completion_tokens: 5 };
    const long = { ...brief, max_completion_tokens: 2_000 };
    for (let i = 0; i < 60; i++) fits.observe(brief, undefined, 5);
    expect(fits.fit(long, 0, { tenant: undefined, fitOutput: true })).toBe(long);
  });
});
