import { describe, expect, it } from 'vitest';
import { createServerModel, type LimiterShape, type ServerModel } from '../../../src/rules/serverModel.ts';

const MINUTE = 60_000;

const use = (server: ServerModel, now: number, promptTokens: number): string => {
  const ruling = server.admit(now, { promptTokens, maxCompletionTokens: 0 });
  if (ruling.type === 'admitted') server.settle(now, ruling.admission, { promptTokens, completionTokens: 0 });
  return ruling.type;
};

const levelsOf = (server: ServerModel, now: number) =>
  server.levels(now).map(({ dimension, limit, level }) => [dimension, limit, level]);

describe('setLimits of a server model', () => {
  it.each<LimiterShape>(['bucket', 'fixed', 'sliding'])('should keep the used units: %s', (shape) => {
    const server = createServerModel({ limits: { rpm: 10, tpm: 1_000 }, shape });
    use(server, 0, 600);
    server.setLimits(0, { tpm: 500 });
    // More is used than the new limit, so nothing fits until enough has flowed in.
    expect(levelsOf(server, 0)).toEqual([
      ['rpm', 10, 9],
      ['tpm', 500, -100],
    ]);
    expect(use(server, 0, 1)).toBe('refused');
    expect(server.show(0).tokens).toMatchObject({ limit: 500, used: 600, remaining: 0 });
    server.setLimits(0, { tpm: 2_000 });
    expect(levelsOf(server, 0)[1]).toEqual(['tpm', 2_000, 1_400]);
    expect(use(server, 0, 1_400)).toBe('admitted');
    expect(use(server, 0, 1)).toBe('refused');
  });

  it('should let a bucket refill at the rate of the new limit', () => {
    const server = createServerModel({ limits: { tpm: 1_000 } });
    use(server, 0, 1_000);
    server.setLimits(MINUTE / 2, { tpm: 2_000 });
    // Half had flowed in, and 500 of 2,000 flow in within a quarter of a minute.
    expect(levelsOf(server, MINUTE / 2)).toEqual([['tpm', 2_000, 1_500]]);
    expect(levelsOf(server, (3 * MINUTE) / 4)).toEqual([['tpm', 2_000, 2_000]]);
  });

  it('should refuse with 413 what no longer fits', () => {
    const server = createServerModel({ limits: { tpm: 1_000 } });
    server.setLimits(0, { tpm: 500 });
    expect(server.admit(0, { promptTokens: 501 })).toMatchObject({ type: 'refused', status: 413, limit: 500 });
  });

  it('should count a new dimension from then on, and still settle earlier requests', () => {
    const server = createServerModel({ limits: { tpm: 1_000 } });
    const early = server.admit(0, { promptTokens: 100, maxCompletionTokens: 100 });
    server.setLimits(1, { rpm: 2, tpd: undefined });
    expect(use(server, 1, 1)).toBe('admitted');
    if (early.type === 'admitted') server.settle(1, early.admission, { promptTokens: 100, completionTokens: 0 });
    expect(levelsOf(server, 1)[0]).toEqual(['rpm', 2, 1]);
    expect(use(server, 1, 1)).toBe('admitted');
    expect(use(server, 1, 1)).toBe('refused');
  });
});
