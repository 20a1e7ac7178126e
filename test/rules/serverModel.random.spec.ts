import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIMENSIONS, type Dimension } from '../../src/model/Dimension.ts';
import type { Limits } from '../../src/model/Limits.ts';
import type { Claim } from '../../src/rules/serverModel/chargeModels.ts';
import type { AdmittedRequest } from '../../src/rules/serverModel/Ruling.ts';
import { createServerModel, type LimiterShape, type ServerModel } from '../../src/rules/serverModel.ts';

const claim = (promptTokens: number, maxCompletionTokens?: number): Claim => ({ promptTokens, maxCompletionTokens });

/** One step of a random run. Times are in hundredths of a millisecond, so that they are not whole. */
interface Step {
  readonly after: number;
  readonly prompt: number;
  readonly max: number;
  readonly completion: number;
  readonly settleAfter: number;
}

const steps = fc.array(
  fc.record<Step>({
    after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2_000_000 })),
    prompt: fc.integer({ min: 1, max: 500 }),
    max: fc.integer({ min: 1, max: 800 }),
    completion: fc.integer({ min: 0, max: 1_200 }),
    settleAfter: fc.integer({ min: 0, max: 3_000_000 }),
  }),
  { minLength: 1, maxLength: 120 },
);

const limitsOf: fc.Arbitrary<Limits> = fc
  .record({
    rpm: fc.integer({ min: 2, max: 30 }),
    rpd: fc.integer({ min: 20, max: 1_000 }),
    tpm: fc.integer({ min: 1_400, max: 8_000 }),
    tpd: fc.integer({ min: 5_000, max: 200_000 }),
    itpm: fc.integer({ min: 600, max: 7_000 }),
    otpm: fc.integer({ min: 900, max: 2_000 }),
  })
  .chain((limits) => fc.subarray(Object.entries(limits), { minLength: 1 }))
  .map((entries) => Object.fromEntries(entries));

/** The events of a run, in order of time. */
function timeline(run: readonly Step[]): { at: number; step: Step; kind: 'admit' | 'settle' }[] {
  let now = 0;
  const events = run.flatMap((step) => {
    now += step.after / 100;
    return [
      { at: now, step, kind: 'admit' as const },
      { at: now + step.settleAfter / 100, step, kind: 'settle' as const },
    ];
  });
  return events.sort((a, b) => a.at - b.at);
}

interface Amount {
  readonly at: number;
  readonly amount: number;
}

/** Runs the steps and returns the charges of each dimension with their times; with `settles`, requests are settled. */
function play(server: ServerModel, run: readonly Step[], settles: boolean) {
  const admissions = new Map<Step, AdmittedRequest>();
  const charges = new Map<Dimension, Amount[]>();
  const note = (dimension: Dimension, entry: Amount): void => {
    charges.set(dimension, [...(charges.get(dimension) ?? []), entry]);
  };
  for (const { at, step, kind } of timeline(run)) {
    if (kind === 'admit') {
      const ruling = server.admit(at, claim(step.prompt, step.max));
      if (ruling.type === 'refused') continue;
      admissions.set(step, ruling.admission);
      for (const [dimension, { amount }] of ruling.admission.charges) note(dimension, { at, amount });
    } else if (settles) {
      const admission = admissions.get(step);
      if (admission === undefined) continue;
      const before = new Map(admission.charges.map(([dimension, { amount }]) => [dimension, amount]));
      server.settle(at, admission, { promptTokens: step.prompt, completionTokens: step.completion });
      const actual = { tokens: step.prompt + step.completion, inputTokens: step.prompt, outputTokens: step.completion };
      for (const [dimension, amount] of before) {
        const { unit } = DIMENSIONS[dimension];
        if (unit === 'requests' || unit === 'audioSeconds') continue;
        note(dimension, { at, amount: actual[unit] - amount });
      }
    }
  }
  return charges;
}

describe('createServerModel, for any sequence of requests', () => {
  const shapes: readonly LimiterShape[] = ['bucket', 'fixed', 'sliding'];

  it('should never admit more than a full bucket and its inflow', () => {
    fc.assert(
      fc.property(limitsOf, steps, (limits, run) => {
        const charges = play(createServerModel({ limits }), run, false);
        for (const [dimension, list] of charges) {
          const limit = limits[dimension] ?? 0;
          const { window } = DIMENSIONS[dimension];
          list.forEach((from, i) => {
            let sum = 0;
            for (const { at, amount } of list.slice(i)) {
              sum += amount;
              expect(sum).toBeLessThanOrEqual(limit + ((at - from.at) * limit) / window + 1e-3);
            }
          });
        }
      }),
    );
  });

  it('should never admit more than the limit in any sliding window', () => {
    fc.assert(
      fc.property(limitsOf, steps, (limits, run) => {
        const charges = play(createServerModel({ limits, shape: 'sliding' }), run, false);
        for (const [dimension, list] of charges) {
          for (const { at } of list) {
            const inside = list.filter((one) => one.at <= at && one.at > at - DIMENSIONS[dimension].window + 0.01);
            expect(inside.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(limits[dimension] ?? 0);
          }
        }
      }),
    );
  });

  it('should never admit more than the limit in a fixed window', () => {
    fc.assert(
      fc.property(limitsOf, steps, (limits, run) => {
        const charges = play(createServerModel({ limits, shape: 'fixed' }), run, false);
        for (const [dimension, list] of charges) {
          const windows = new Map<number, number>();
          for (const { at, amount } of list) {
            const index = Math.floor((at + 0.001) / DIMENSIONS[dimension].window);
            windows.set(index, (windows.get(index) ?? 0) + amount);
          }
          for (const sum of windows.values()) expect(sum).toBeLessThanOrEqual(limits[dimension] ?? 0);
        }
      }),
    );
  });

  it('should agree with a bucket that is filled in small steps', () => {
    fc.assert(
      fc.property(limitsOf, steps, (limits, run) => {
        const server = createServerModel({ limits });
        const charges = play(server, run, true);
        const end = Math.max(...timeline(run).map(({ at }) => at)) + 5_000;
        for (const { dimension, limit, window, level } of server.levels(end)) {
          let held = limit;
          let last = 0;
          for (const { at, amount } of charges.get(dimension) ?? []) {
            held = Math.min(limit, held + ((at - last) * limit) / window);
            held = Math.min(limit, held - amount);
            last = at;
          }
          held = Math.min(limit, held + ((end - last) * limit) / window);
          expect(level).toBeCloseTo(held, 4);
          expect(level).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });

  it('should report whole units without rounding errors at any time', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.integer({ min: 1, max: 250_000 }),
        fc.integer({ min: 1, max: 100_000 }),
        (now, limit, used) => {
          fc.pre(used <= limit);
          const server = createServerModel({ limits: { tpm: limit } });
          expect(server.admit(now, claim(0, used)).shown.tokens).toMatchObject({ used, remaining: limit - used });
        },
      ),
    );
  });

  it('should be unchanged by a refusal, in every dimension', () => {
    fc.assert(
      fc.property(limitsOf, steps, fc.constantFrom(...shapes), (limits, run, shape) => {
        const server = createServerModel({ limits, shape });
        for (const { at, step, kind } of timeline(run)) {
          if (kind === 'settle') continue;
          const before = server.levels(at);
          const ruling = server.admit(at, claim(step.prompt, step.max));
          if (ruling.type === 'refused') expect(server.levels(at)).toEqual(before);
          else expect(server.levels(at)).not.toEqual(before);
        }
      }),
    );
  });

  it('should report the exact wait until a request fits', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Dimension>('rpm', 'rpd', 'tpm', 'tpd', 'itpm', 'otpm'),
        fc.integer({ min: 1_300, max: 9_000 }),
        steps,
        fc.constantFrom(...shapes),
        fc.constantFrom('2024', '2026'),
        (dimension, limit, run, shape, rounding) => {
          const limits = { [dimension]: dimension.startsWith('r') ? (limit % 29) + 1 : limit };
          const server = createServerModel({ limits, shape, rounding });
          let now = 0;
          for (const { after, prompt, max } of run) {
            now += after / 100;
            const ruling = server.admit(now, claim(prompt, max));
            if (ruling.type === 'admitted') continue;
            const { wait = Number.NaN } = ruling;
            expect(wait).toBeGreaterThan(0);
            if ((shape !== 'bucket' || rounding === '2024') && wait > 0.02) {
              expect(server.admit(now + wait - 0.01, claim(prompt, max)).type).toBe('refused');
            }
            now += wait;
            expect(server.admit(now, claim(prompt, max)).type).toBe('admitted');
          }
        },
      ),
    );
  });

  it('should report a request as too large if and only if it exceeds a limit', () => {
    fc.assert(
      fc.property(limitsOf, steps, (limits, run) => {
        const server = createServerModel({ limits });
        for (const { at, step, kind } of timeline(run)) {
          if (kind === 'settle') continue;
          const cost = {
            requests: 1,
            tokens: step.prompt + step.max,
            inputTokens: step.prompt,
            outputTokens: step.max,
          };
          const ruling = server.admit(at, claim(step.prompt, step.max));
          const over = (Object.keys(limits) as Dimension[]).some((dimension) => {
            const { unit } = DIMENSIONS[dimension];
            return unit !== 'audioSeconds' && cost[unit] > (limits[dimension] ?? Infinity);
          });
          expect(ruling.type === 'refused' && ruling.wait === undefined).toBe(over);
        }
      }),
    );
  });

  it('should be full again a window after the last request has ended', () => {
    fc.assert(
      fc.property(limitsOf, steps, fc.constantFrom(...shapes), (limits, run, shape) => {
        const server = createServerModel({ limits, shape });
        play(server, run, true);
        const end = Math.max(...timeline(run).map(({ at }) => at)) + 3 * DIMENSIONS.rpd.window;
        for (const { level, limit } of server.levels(end)) expect(level).toBeCloseTo(limit, 6);
      }),
    );
  });
});
