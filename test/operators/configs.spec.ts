import { EMPTY, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import { memoryLimitStore } from '../../src/adapters/memoryLimitStore.ts';
import { undiciTransport } from '../../src/adapters/undiciTransport.ts';
import { isValidationError } from '../../src/errors/guards.ts';
import { countTokens } from '../../src/operators/countTokens.ts';
import { iterate } from '../../src/operators/iterate.ts';
import { parseEvents } from '../../src/operators/parseEvents.ts';
import { prioritize } from '../../src/operators/prioritize.ts';
import { retryWithBackoff } from '../../src/operators/retryWithBackoff.ts';
import { send } from '../../src/operators/send.ts';
import { throttleByBucket } from '../../src/operators/throttleByBucket.ts';
import { timeouts } from '../../src/operators/timeouts.ts';
import { toChunks } from '../../src/operators/toChunks.ts';
import { toTokens } from '../../src/operators/toTokens.ts';

import { quota } from '../../src/testing/quota.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';

/** Factories as called by programs without strict types. */
type Loose = (config: object) => unknown;

const throttle: Loose = (config) => throttleByBucket({ store: memoryLimitStore(), ...config });
const order = prioritize as Loose;
const storeOf = memoryLimitStore as Loose;
const transportOf: Loose = (config) => undiciTransport({ apiKey: 'any', ...config });

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
    ['retryWithBackoff', retryWithBackoff, { count: NaN }, 'count', 'NaN'],
    ['retryWithBackoff', retryWithBackoff, { retries: 2 }, 'retries', '2'],
    ['timeouts', timeouts, { firstTokens: 1 }, 'firstTokens', '1'],
    ['timeouts', timeouts, { total: 0 }, 'total', '0'],
    ['parseEvents', parseEvents, { maxLineBytes: NaN }, 'maxLineBytes', 'NaN'],
    ['toTokens', toTokens, { grace: -1 }, 'grace', '-1'],
    ['toChunks', toChunks, { grace: NaN }, 'grace', 'NaN'],
    ['iterate', (config) => iterate(EMPTY, config), { buffer: 0 }, 'buffer', '0'],
    ['countTokens', countTokens as Loose, {}, 'counter', 'nothing'],
    [
      'countTokens',
      countTokens as Loose,
      { counter: constantCounter(1), priority: 'high' },
      'priority',
      'a string of 4 characters',
    ],
    ['send', send as Loose, { transport: fetch }, 'transport', 'a function'],
    ['undiciTransport', transportOf, { keepAlive: NaN }, 'keepAlive', 'NaN'],
    ['undiciTransport', transportOf, { keepAlive: 0 }, 'keepAlive', '0'],
    ['undiciTransport', transportOf, { keepAlive: Infinity }, 'keepAlive', 'Infinity'],
    ['undiciTransport', transportOf, { maxResponseBytes: NaN }, 'maxResponseBytes', 'NaN'],
    ['undiciTransport', transportOf, { http2: 'yes' }, 'http2', 'a string of 3 characters'],
    ['undiciTransport', transportOf, { timeout: 5 }, 'timeout', '5'],
  ])('%s should be refused when invalid: %#', (name, make, config, path, got) => {
    expect(() => make(config)).toThrow(
      expect.toSatisfy((error) => {
        expect(error).toMatchObject({ path, got, message: expect.stringContaining(`The config of ${name}`) as string });
        return isValidationError(error);
      }),
    );
  });

  it.each<[string, Loose, object]>([
    ['retryWithBackoff', retryWithBackoff, { count: Infinity, maxDelay: Infinity }],
    ['timeouts', timeouts, { queue: 1_000, total: Infinity }],
    ['toTokens', toTokens, { grace: Infinity }],
    ['iterate', (config) => iterate(EMPTY, config), { buffer: Infinity }],
  ])('%s may be infinite, or have the options of a client: %#', (_, make, config) => {
    expect(() => make(config)).not.toThrow();
  });

  it.each<[string, () => unknown, string]>([
    [
      'constantCounter',
      () => constantCounter(-1),
      'The count: `tokens` must be a number of at least 0, got -1. Pass a whole number of at least 0.',
    ],
    [
      'quota',
      () => quota(NaN, 1_000, { scheduler: virtualClock() }),
      'The quota: `capacity` must be a number, got NaN.',
    ],
    [
      'quota',
      () => quota(1, 0, { scheduler: virtualClock() }),
      'The quota: `window` must be a number of more than 0, got 0.',
    ],
  ])('%s should require a valid number', (_, make, message) => {
    expect(make).toThrow(message);
    expect(make).toThrow(expect.toSatisfy(isValidationError));
  });

  it.each<[unknown, string]>([
    [undefined, 'nothing'],
    [[1], 'an array of 1'],
    [Promise.resolve(1), 'an instance of Promise'],
  ])('iterate should require an Observable: %#', (source, got) => {
    const make = () => iterate(source as Observable<number>);
    expect(make).toThrow(
      `The source of iterate must be an Observable with subscribe(), got ${got}. Convert it with from().`,
    );
    expect(make).toThrow(expect.toSatisfy(isValidationError));
  });

  it('memoryLimitStore should validate the limits that its functions return, and those of setLimits()', () => {
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
