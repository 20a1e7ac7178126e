import { describe, expect, it } from 'vitest';
import { unlimitedStore } from '../../src/adapters/unlimitedStore.ts';
import { OutputFits } from '../../src/client/OutputFits.ts';

describe('OutputFits', () => {
  it('should know completions of one model and tenant from those of all others, in whatever order they come', () => {
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

  it('should forget those first that nobody has asked for the longest when there are too many of them', () => {
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

  it('should not take an answer that was cut for one that needed no more', () => {
    const fits = new OutputFits(unlimitedStore());
    const brief = { model: 'm', messages: [], max_completion_tokens: 5 };
    const long = { ...brief, max_completion_tokens: 2_000 };
    for (let i = 0; i < 60; i++) fits.observe(brief, undefined, 5);
    expect(fits.fit(long, 0, { tenant: undefined, fitOutput: true })).toBe(long);
  });
});
