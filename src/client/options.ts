import type { SchedulerLike } from 'rxjs';
import type { Overflow } from '../model/Backlog.ts';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { Limits, Tier } from '../model/Limits.ts';
import type { ModelId, Price } from '../model/Models.ts';
import type { Pacing, Slack } from '../model/Priority.ts';
import type { RetryConfig } from '../operators/retryWithBackoff.ts';
import type { Random } from '../ports/clock.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import type { TokenCounter } from '../ports/TokenCounter.ts';
import type { Transport } from '../ports/Transport.ts';
import { limitsSchema } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import type { Timeouts } from '../scheduler/Attempt.ts';
import type { BudgetOptions } from './Budgets.ts';
import type { ConnectionOptions } from './ConnectionOptions.ts';
import type { FitOutput } from './OutputFits.ts';
import { optionsSchema } from './optionsSchema.ts';

/** How often a request is tried again, and when. See {@link RetryConfig}. */
export type RetryOptions = Pick<RetryConfig, 'count' | 'initialDelay' | 'maxDelay' | 'sampling'>;

/** What {@link createGroq} may be told. Everything has a default, and whatever is `undefined` is left to it. */
export interface GroqOptions extends ConnectionOptions {
  /**
   * The key, or what gives it whenever a request is sent, at once: not a promise.
   *
   * @default process.env.GROQ_API_KEY
   */
  readonly apiKey?: string | (() => string) | undefined;
  /**
   * Where the API is. A bare origin gets `/openai/v1`. Only https, except on this machine.
   *
   * @default process.env.GROQ_BASE_URL, or 'https://api.groq.com/openai/v1'
   */
  readonly baseURL?: string | undefined;
  /**
   * The plan of the organization, from which the limits of the known models follow. The first answers correct it.
   *
   * @default 'free'
   */
  readonly tier?: Tier | undefined;
  /**
   * The organization's own limits by model, merged into those of the tier dimension by dimension; they are kept even
   * where the server would allow more. `false` sends everything at once.
   */
  readonly limits?: false | Readonly<Record<ModelId, Limits>> | undefined;
  /** What every request has that does not say otherwise. */
  readonly defaults?: (Partial<ChatRequest> & { readonly messages?: undefined }) | undefined;
  /**
   * How often a request is tried again that failed in a way that may be different next time, and after what pauses in
   * milliseconds.
   *
   * @default { count: 2, initialDelay: 100, maxDelay: 10_000, sampling: false }
   */
  readonly retry?: RetryOptions | undefined;
  /**
   * In milliseconds. `queue` is counted from when a request is asked for, `betweenTokens` from one token to the next, and
   * the others from the moment at which it is dispatched. `firstToken` is bounded by `total` unless it is given. Minimum:
   * 1; `Infinity` lets it take as long as it takes.
   *
   * @default { queue: 86_400_000, connect: 10_000, betweenTokens: 60_000, total: 120_000 }
   */
  readonly timeouts?: Timeouts | undefined;
  /**
   * How many requests to one model may be in flight at a time. Minimum: 1.
   *
   * @default 1_000
   */
  readonly maxInFlight?: number | undefined;
  /**
   * How many requests to one model may wait at a time. Minimum: 1.
   *
   * @default 1_000_000
   */
  readonly maxQueued?: number | undefined;
  /**
   * Who gets a {@link QueueFullError} when one more comes.
   *
   * @default 'last'
   */
  readonly overflow?: Overflow | undefined;
  /** How long each priority lets more urgent requests go first, in milliseconds. See {@link PrioritizeConfig.slack}. */
  readonly slack?: Partial<Slack> | undefined;
  /**
   * Whether to spread the daily limits over the day: which part of them each priority leaves to what is more urgent, so
   * that bulk work cannot use up the day. `true` stands for { high: 0, normal: 0.1, low: 0.25, background: 0.5 }.
   *
   * @default false
   */
  readonly pacing?: boolean | Partial<Pacing> | undefined;
  /**
   * Whether to lower `max_completion_tokens` to what completions of the same model and tenant have needed, and to what
   * the limits hold, since Groq charges it on admission. The quantile says which part of them has to fit. An event
   * tells of each request that was changed.
   *
   * @default false
   */
  readonly fitOutput?: FitOutput | undefined;
  /**
   * What may be used in all, in US dollars or in tokens, by the client and by each tenant. A request that could go
   * beyond gets a {@link BudgetExceededError}: at once when that can never change, else when its turn comes. What is in
   * flight counts with its worst case, the prompt and the longest completion that it allows, so that no number of
   * requests at a time goes beyond; what waits does not count. When it ends, what {@link Groq.usage$} tells of it counts
   * instead, once; where that is not known, the worst case stays. It begins with the client and is kept nowhere else.
   *
   * @example
   * createGroq({ budget: { usd: 10, perTenant: { usd: 0.5 }, tenants: { acme: { usd: 5, tokens: 1_000_000 } } } });
   */
  readonly budget?: BudgetOptions | undefined;
  /** Prices by model, in place of those of the catalogue: for models that have none there, or contracts of one's own. */
  readonly prices?: Readonly<Record<ModelId, Price>> | undefined;
  /**
   * Whether to send requests to models that Groq no longer serves.
   *
   * @default false
   */
  readonly allowRetired?: boolean | undefined;
  /** How requests reach Groq. @default undiciTransport() */
  readonly transport?: Transport | undefined;
  /**
   * Where the levels of the buckets are kept. One of your own goes by its own limits, margin, probe and pacing.
   *
   * @default memoryLimitStore() with the limits of this client, a `margin` of 300 ms and a `probe` of 5 s
   */
  readonly store?: LimitStore | undefined;
  /** Who counts tokens. @default tiktokenCounter(), or roughCounter() where neither limits nor a budget are kept */
  readonly counter?: TokenCounter | undefined;
  /**
   * Whose clock is used, for everything.
   *
   * @default the system's monotonic clock and timers. Within `TestScheduler.run`, pass that `TestScheduler`:
   * virtual time does not reach this default.
   */
  readonly scheduler?: SchedulerLike | undefined;
  /** @default Math.random */
  readonly random?: Random | undefined;
}

/** @throws {ValidationError} that names the option, what was expected and what was got. */
export function checkOptions(options: GroqOptions): void {
  checked(optionsSchema, options, 'The options', 'Correct the option: no client was made.');
}

/** @throws {ValidationError} that names the dimension, what was expected and what was got. */
export function checkLimits(limits: Limits): void {
  checked(limitsSchema, limits, 'The limits', 'Correct them: nothing was changed.');
}
