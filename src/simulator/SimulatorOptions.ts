import type { SchedulerLike } from 'rxjs';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { Limits, Tier } from '../model/Limits.ts';
import type { ModelId } from '../model/Models.ts';
import type { Token } from '../model/Token.ts';
import { systemClock } from '../ports/clock.ts';
import type { ChargeModelName } from '../rules/serverModel/chargeModels.ts';
import type { Rounding } from '../rules/serverModel/Limiter.ts';
import type { LimiterShape } from '../rules/serverModel.ts';
import type { RetiredAs } from './checkChatRequest.ts';
import type { Faults } from './Fault.ts';
import { promptCounter } from './promptCounter.ts';

/** How a simulator is to behave. All durations are milliseconds of its own clock. */
export interface SimulatorOptions {
  /** Whose limits hold. @default 'free' */
  readonly tier?: Tier | undefined;
  /**
   * Merged into the limits of the tier, dimension by dimension; a model that is not in the catalogue is served with
   * these alone. `false` switches all limits off.
   */
  readonly limits?: false | Readonly<Record<ModelId, Limits>> | undefined;
  /** How many milliseconds of its clock pass in one of the scheduler's. @default 1 */
  readonly speed?: number | undefined;
  /** Decides the replies and the ids. @default 1 */
  readonly seed?: number | undefined;
  /**
   * What the model answers. A text comes in pieces that are about as long as tokens; each token of a list is one chunk
   * and counts as one.
   *
   * @default replies that depend on the request and the seed
   */
  readonly reply?: ((request: ChatRequest) => string | readonly Token[]) | undefined;
  /** The time until the first token. @default 100 */
  readonly firstToken?: number | undefined;
  /** How fast it writes. @default 1_000, as was recorded for `openai/gpt-oss-20b` */
  readonly tokensPerSecond?: number | undefined;
  /** What goes wrong. @default nothing */
  readonly faults?: Faults | undefined;
  /** Where it listens on 127.0.0.1. @default 0, which is a free port */
  readonly port?: number | undefined;
  /** The only key that is let in. @default any */
  readonly apiKey?: string | undefined;
  /** What is answered for a model that Groq no longer serves. @default 'model_not_found', with status 404 */
  readonly retiredAs?: RetiredAs | undefined;
  /**
   * How many tokens a prompt has.
   *
   * @default what a client counts, by the same tables: so the two agree whether or not Groq would, and what the
   * simulator reports proves nothing about the tables
   */
  readonly countPrompt?: ((request: ChatRequest) => number | Promise<number>) | undefined;
  /** How many of them come out of the cache and do not count. @default none */
  readonly countCached?: ((request: ChatRequest) => number) | undefined;
  /** What the limiter charges, and when. @default 'max' */
  readonly chargeModel?: ChargeModelName | undefined;
  /** What kind of limiter it is. @default 'bucket' */
  readonly limiter?: LimiterShape | undefined;
  /** How headers round. @default '2026' */
  readonly rounding?: Rounding | undefined;
  /** Whose clock and timers are used. @default the system's monotonic clock and timers */
  readonly scheduler?: SchedulerLike | undefined;
}

/** The options without a default: replies are then seeded, and any key is let in. */
type Open = 'reply' | 'apiKey';

/** Options with every default in its place. */
export type ResolvedOptions = {
  readonly [K in keyof SimulatorOptions]-?: K extends Open ? SimulatorOptions[K] : NonNullable<SimulatorOptions[K]>;
};

/** Puts the defaults in. */
export function resolveOptions(options: SimulatorOptions): ResolvedOptions {
  return {
    tier: options.tier ?? 'free',
    limits: options.limits ?? {},
    speed: options.speed ?? 1,
    seed: options.seed ?? 1,
    reply: options.reply,
    firstToken: options.firstToken ?? 100,
    tokensPerSecond: options.tokensPerSecond ?? 1_000,
    faults: options.faults ?? [],
    port: options.port ?? 0,
    apiKey: options.apiKey,
    retiredAs: options.retiredAs ?? 'model_not_found',
    countPrompt: options.countPrompt ?? promptCounter(),
    countCached: options.countCached ?? (() => 0),
    chargeModel: options.chargeModel ?? 'max',
    limiter: options.limiter ?? 'bucket',
    rounding: options.rounding ?? '2026',
    scheduler: options.scheduler ?? systemClock,
  };
}
