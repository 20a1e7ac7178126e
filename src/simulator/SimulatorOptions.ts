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

/** Options of {@link startSimulator}. All durations are in milliseconds of the simulator's clock. */
export interface SimulatorOptions {
  /** The plan whose limits apply. @default 'free' */
  readonly tier?: Tier | undefined;
  /**
   * Merged into the limits of the tier, dimension by dimension. A model that is not in the catalogue has only these
   * limits. `false` disables all limits.
   */
  readonly limits?: false | Readonly<Record<ModelId, Limits>> | undefined;
  /** The speed of its clock: how many of its milliseconds pass in one of the scheduler's. @default 1 */
  readonly speed?: number | undefined;
  /** The seed of replies and ids. @default 1 */
  readonly seed?: number | undefined;
  /**
   * The answer of the model. A text is sent in pieces that are about as long as tokens; each token of a list is one
   * chunk and, unless it is a tool call, counts as one.
   *
   * @default replies that depend on the request and the seed
   */
  readonly reply?: ((request: ChatRequest) => string | readonly Token[]) | undefined;
  /** The time until the first token. @default 100 */
  readonly firstToken?: number | undefined;
  /** The speed of the model. @default 1_000, as recorded for `openai/gpt-oss-20b` */
  readonly tokensPerSecond?: number | undefined;
  /** Injected faults. @default none */
  readonly faults?: Faults | undefined;
  /** The port on 127.0.0.1. @default 0, which selects a free port */
  readonly port?: number | undefined;
  /** The only accepted key. @default any key */
  readonly apiKey?: string | undefined;
  /** The error for a model that Groq no longer serves. @default 'model_not_found', with status 404 */
  readonly retiredAs?: RetiredAs | undefined;
  /**
   * Returns the number of tokens of a prompt.
   *
   * @default the count of a client, by the same tables: the two always agree, so the simulator's reports prove nothing
   * about the tables
   */
  readonly countPrompt?: ((request: ChatRequest) => number | Promise<number>) | undefined;
  /** Returns how many of them are cached and do not count. @default none */
  readonly countCached?: ((request: ChatRequest) => number) | undefined;
  /** What the limiter charges, and when. @default 'max' */
  readonly chargeModel?: ChargeModelName | undefined;
  /** What kind of limiter it is. @default 'bucket' */
  readonly limiter?: LimiterShape | undefined;
  /** How headers are rounded. @default '2026' */
  readonly rounding?: Rounding | undefined;
  /** The scheduler whose clock and timers are used. @default the system's monotonic clock and timers */
  readonly scheduler?: SchedulerLike | undefined;
}

/** The options without a default: without them replies are seeded, and any key is accepted. */
type Open = 'reply' | 'apiKey';

/** Options with all defaults filled in. */
export type ResolvedOptions = {
  readonly [K in keyof SimulatorOptions]-?: K extends Open ? SimulatorOptions[K] : NonNullable<SimulatorOptions[K]>;
};

/** Fills in the defaults. */
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
