import type { SchedulerLike } from 'rxjs';
import { type MemoryLimitStore, memoryLimitStore } from '../adapters/memoryLimitStore.ts';
import { roughCounter } from '../adapters/roughCounter.ts';
import { tiktokenCounter } from '../adapters/tiktokenCounter.ts';
import { undiciTransport } from '../adapters/undiciTransport.ts';
import { unlimitedStore } from '../adapters/unlimitedStore.ts';
import { ValidationError } from '../errors/ValidationError.ts';
import type { Overflow } from '../model/Backlog.ts';
import type { ChatInput, ChatRequest } from '../model/ChatRequest.ts';
import type { Limits } from '../model/Limits.ts';
import type { ModelId } from '../model/Models.ts';
import { DEFAULT_MODEL, MODELS, type Price } from '../model/Models.ts';
import { DEFAULT_PACING } from '../model/Priority.ts';
import { type Random, systemClock } from '../ports/clock.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import type { TokenCounter } from '../ports/TokenCounter.ts';
import type { Transport } from '../ports/Transport.ts';
import { checkApiKey } from '../rules/apiKey.ts';
import { parseBaseUrl } from '../rules/baseUrl.ts';
import { isObject } from '../rules/isObject.ts';
import { merged } from '../rules/merged.ts';
import type { Timeouts } from '../scheduler/Attempt.ts';
import type { BudgetOptions } from './Budgets.ts';
import type { FitOutput } from './OutputFits.ts';
import { checkLimits, checkOptions, type GroqOptions, type RetryOptions } from './options.ts';

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The options of a client, with the defaults filled in. */
export interface Config {
  readonly defaults: Omit<ChatInput, 'messages'> & Pick<ChatRequest, 'model'>;
  readonly retry: RetryOptions;
  readonly timeouts: Timeouts;
  readonly inFlight: number | undefined;
  readonly maxQueued: number | undefined;
  readonly overflow: Overflow | undefined;
  readonly slack: GroqOptions['slack'];
  readonly fitOutput: FitOutput;
  readonly budget: BudgetOptions | undefined;
  readonly priceOf: (model: ModelId) => Price | undefined;
  readonly allowRetired: boolean;
  readonly transport: Transport;
  readonly maxLineBytes: number | undefined;
  readonly store: LimitStore;
  /** @throws {ValidationError} when no limits are kept, or the store has no way to set them. */
  readonly setLimits: (model: ModelId, limits: Limits) => void;
  readonly counter: TokenCounter;
  readonly scheduler: SchedulerLike;
  readonly random: Random;
  /** Releases what the client has created itself. */
  readonly close: () => Promise<void>;
}

const DEFAULT_TIMEOUTS: Timeouts = { queue: 86_400_000, connect: 10_000, betweenTokens: 60_000, total: 120_000 };

/** The safety margin of each bucket, as milliseconds of refill, to absorb clock differences. */
const MARGIN = 300;

/** How long other requests wait for the first answer of a model, in milliseconds. */
const PROBE = 5_000;

/**
 * Fills in missing options: from the environment, then from the catalogue.
 *
 * @throws {ValidationError} when an option is invalid, or there is no key.
 */
export function resolveConfig(options: GroqOptions, environment: Environment = process.env): Config {
  checkOptions(options);
  const { scheduler = systemClock, random = Math.random, tier = 'free', pacing = false } = options;
  const { limits, slack, budget, prices = {}, fitOutput = false } = copyOfPlain(options);
  const own = options.transport === undefined ? transportFor(options, environment) : undefined;
  // A model can have any name, even that of a property of every object.
  const limitsOf = new Map(Object.entries(limits === false ? {} : (limits ?? {})));
  const ceilings = (key: ModelId): Limits => limitsOf.get(key) ?? {};
  const store =
    options.store ??
    (limits === false
      ? unlimitedStore({ scheduler })
      : memoryLimitStore({
          limits: (key) => merged(MODELS.get(key)?.limits[tier] ?? {}, ceilings(key)),
          ceilings,
          plans: (key) => Object.values(MODELS.get(key)?.limits ?? {}),
          margin: MARGIN,
          probe: PROBE,
          pacing: pacing === false ? undefined : merged(DEFAULT_PACING, pacing === true ? undefined : pacing),
          scheduler,
        }));
  // If no count is enforced, the tables of a vocabulary are not needed.
  const isHeld = limits !== false || options.store !== undefined || budget !== undefined;
  const counter = options.counter ?? (isHeld ? tiktokenCounter() : roughCounter());
  const priceOf = new Map(Object.entries(prices));
  void loadAhead(counter);
  return Object.freeze({
    defaults: Object.freeze(merged<Config['defaults']>({ model: DEFAULT_MODEL }, options.defaults)),
    retry: { ...options.retry },
    timeouts: merged(DEFAULT_TIMEOUTS, options.timeouts),
    inFlight: options.maxInFlight,
    maxQueued: options.maxQueued,
    overflow: options.overflow,
    slack,
    fitOutput,
    budget,
    priceOf: (model: ModelId) => priceOf.get(model) ?? MODELS.get(model)?.price,
    allowRetired: options.allowRetired ?? false,
    transport: options.transport ?? (own as Transport),
    maxLineBytes: options.maxLineBytes,
    store,
    setLimits: (model: ModelId, own: Limits) => {
      checkLimits(own);
      if (hasSetLimits(store)) store.setLimits(model, own);
      else throw limitsNotKept(options);
    },
    counter,
    scheduler,
    random,
    close: async () => own?.close(),
  });
}

/**
 * Copies the options that are read later than now: a program may change its objects, for example to make the next
 * client with them.
 */
const copyOfPlain = ({ limits, slack, budget, prices, fitOutput }: GroqOptions) =>
  copyOf({ limits, slack, budget, prices, fitOutput });

/** A copy of plain values. */
const copyOf = <T>(value: T): T =>
  isObject(value)
    ? (Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyOf(part)])) as T)
    : value;

/** Loads a counter. If that fails, the first count reports it. There may never be one. */
async function loadAhead(counter: TokenCounter): Promise<void> {
  try {
    await counter.load?.();
  } catch {
    // Users can write their own counters, which may also throw at once.
  }
}

function hasSetLimits(store: LimitStore): store is LimitStore & Pick<MemoryLimitStore, 'setLimits'> {
  return 'setLimits' in store && typeof store.setLimits === 'function';
}

/** Why limits cannot be set. Without a store of their own, users would look in vain for one to change. */
function limitsNotKept({ store, limits }: GroqOptions): ValidationError {
  if (store === undefined && limits === false) {
    const issue = { path: 'limits', expected: 'limits by model, or absent', got: 'false' };
    return new ValidationError('The options', [issue], 'Create the client without `limits: false`, which keeps none.');
  }
  const issue = { path: 'store', expected: 'a store with a method setLimits()', got: 'a store without it' };
  return new ValidationError('The options', [issue], 'Change the limits in the store itself.');
}

function transportFor({ apiKey, baseURL, http2, maxResponseBytes }: GroqOptions, environment: Environment) {
  const key = apiKey ?? variable(environment, 'GROQ_API_KEY', checkApiKey);
  if (key === undefined || key === '') {
    throw new ValidationError(
      'The options',
      [{ path: 'apiKey', expected: 'a key', got: 'nothing' }],
      'Set GROQ_API_KEY or `apiKey` to a key from https://console.groq.com/keys, ' +
        'or test without one against rxgroq/simulator.',
    );
  }
  const base = baseURL ?? variable(environment, 'GROQ_BASE_URL', parseBaseUrl);
  return undiciTransport({ apiKey: key, baseURL: base, http2, maxResponseBytes });
}

/** Reads and checks a variable of the environment. Errors of the check name it. */
function variable(
  environment: Environment,
  name: string,
  check: (text: string, subject: string, path: string) => unknown,
): string | undefined {
  const text = environment[name];
  // An empty variable counts as not set: many .env files contain one.
  if (text === undefined || text === '') return undefined;
  check(text, 'The environment', name);
  return text;
}
