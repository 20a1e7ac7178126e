import { describe, expect, it } from 'vitest';
import { memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import { isValidationError } from '../../src/errors/guards.ts';
import { prioritize } from '../../src/operators/prioritize.ts';
import { throttleByBucket } from '../../src/operators/throttleByBucket.ts';

/** What they are given by programs whose types are less strict. */
type Loose = (config: object) => unknown;

const throttle: Loose = (config) => throttleByBucket({ store: memoryLimitStore(), ...config });
const order = prioritize as Loose;
const storeOf = memoryLimitStore as Loose;

describe('the config of', () => {
  it.each<[string, Loose, object, string, string]>([
    ['throttleByBucket', throttle, { store: undefined }, 'store', 'nothing'],
    ['throttleByBucket', throttle, { inFlight: 0 }, 'inFlight', '0'],
    ['throttleByBucket', throttle, { inFlight: NaN }, 'inFlight', 'NaN'],
    ['throttleByBucket', throttle, { bypass: 1.5 }, 'bypass', '1.5'],
    ['throttleByBucket', throttle, { maxInFlight: 5 }, 'maxInFlight', '5'],
    ['prioritize', order, { maxQueued: -5 }, 'maxQueued', '-5'],
    ['prioritize', order, { slack: { high: NaN } }, 'slack.high', 'NaN'],
    ['prioritize', order, { slack: { urgent: 1 } }, 'slack.urgent', '1'],
    ['prioritize', order, { overflow: 'first' }, 'overflow', '"first"'],
    ['memoryLimitStore', storeOf, { limits: { rpm: NaN } }, 'limits.rpm', 'NaN'],
    ['memoryLimitStore', storeOf, { limits: { rmp: 1 } }, 'limits.rmp', '1'],
    ['memoryLimitStore', storeOf, { limits: { tpm: Number.MAX_VALUE } }, 'limits.tpm', String(Number.MAX_VALUE)],
    ['memoryLimitStore', storeOf, { ceilings: { tpm: '8K' } }, 'ceilings.tpm', 'a string of 2 characters'],
    ['memoryLimitStore', storeOf, { plans: [{ rpm: -1 }] }, 'plans[0].rpm', '-1'],
    ['memoryLimitStore', storeOf, { margin: -1 }, 'margin', '-1'],
    ['memoryLimitStore', storeOf, { pacing: { low: 0.5 } }, 'pacing.high', 'nothing'],
  ])('%s should be refused where it cannot be kept: %#', (name, make, config, path, got) => {
    expect(() => make(config)).toThrow(
      expect.toSatisfy((error) => {
        expect(error).toMatchObject({ path, got, message: expect.stringContaining(`The config of ${name}`) as string });
        return isValidationError(error);
      }),
    );
  });

  it('memoryLimitStore should be refused when it is a function that gives no limits, and so should new ones', () => {
    const store = memoryLimitStore({
      limits: (key) => ({ rpm: key === 'bad' ? NaN : 5 }),
      plans: (key) => [{ tpm: key === 'unplanned' ? -5 : 5 }],
    });
    expect(() => store.levels('bad')).toThrow('The limits of bad: `rpm` must be a number, got NaN.');
    expect(() => store.levels('unplanned')).toThrow('The plans of unplanned: `[0].tpm` must be');
    expect(() => {
      store.setLimits('m', { rpm: -1 });
    }).toThrow('The limits of m: `rpm` must be a number of at least 0, got -1.');
  });
});
