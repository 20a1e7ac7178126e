import type { SchedulerLike } from 'rxjs';
import type { Overflow } from '../model/Backlog.ts';
import type { ChatInput } from '../model/ChatRequest.ts';
import type { Limits, Tier } from '../model/Limits.ts';
import type { ModelId, Price } from '../model/Models.ts';
import type { Priority } from '../model/Priority.ts';
import type { PrioritizeConfig } from '../operators/prioritize.ts';
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

/** How often, and when, a request is retried. See {@link RetryConfig}. */
export type RetryOptions = Pick<RetryConfig, 'count' | 'initialDelay' | 'maxDelay' | 'sampling'>;

/** Options of {@link createGroq}. All are optional; `undefined` means the default. */
export interface GroqOptions extends ConnectionOptions {
  /**
   * The API key, or a synchronous function that returns it for each request.
   *
   * @default process.env.GROQ_API_KEY
   */
  readonly apiKey?: string | (() => string) | undefined;
  /**
   * The base URL of the API. `/openai/v1` is appended to a bare origin. Must be https, except on the local machine.
   *
   * @default process.env.GROQ_BASE_URL, or 'https://api.groq.com/openai/v1'
   */
  readonly baseURL?: string | undefined;
  /**
   * The plan of the organization, which determines the limits of the known models. The first answers correct it.
   *
   * @default 'free'
   */
  readonly tier?: Tier | undefined;
  /**
   * The organization's own limits by model. They are merged with those of the tier, dimension by dimension, and are
   * kept even if the server would allow more. With `false` no limits are kept: requests are sent at once.
   */
  readonly limits?: false | Readonly<Record<ModelId, Limits>> | undefined;
  /** Fields for every request that does not set them itself. */
  readonly defaults?: (Omit<ChatInput, 'messages'> & { readonly messages?: undefined }) | undefined;
  /**
   * How often a request is retried after a transient failure, and the pauses before retries in milliseconds.
   * Whatever `count` is, all requests of the client together are allowed one retry for every five requests, and ten a
   * minute in addition, so that retries do not overload a failing server. Returning to the queue after a 429 is no
   * retry.
   *
   * @default { count: 2, initialDelay: 100, maxDelay: 10_000, sampling: false }
   */
  readonly retry?: RetryOptions | undefined;
  /**
   * Timeouts in milliseconds. `queue` starts when the request is made, `betweenTokens` with each token, and the others
   * when the request is dispatched. Without `firstToken`, only `total` limits the wait for the first token. Minimum: 1;
   * `Infinity` disables a timeout.
   *
   * @default { queue: 86_400_000, connect: 10_000, betweenTokens: 60_000, total: 120_000 }
   */
  readonly timeouts?: Timeouts | undefined;
  /**
   * The maximum number of requests in flight per model. Minimum: 1.
   *
   * @default 1_000
   */
  readonly maxInFlight?: number | undefined;
  /**
   * The maximum number of waiting requests per model. Minimum: 1.
   *
   * @default 1_000_000
   */
  readonly maxQueued?: number | undefined;
  /**
   * Which request gets a {@link QueueFullError} when the queue is full and another request arrives.
   *
   * @default 'last'
   */
  readonly overflow?: Overflow | undefined;
  /**
   * How long a waiting request of each priority can be overtaken by newer, more urgent ones, in milliseconds. See
   * {@link PrioritizeConfig.slack}.
   */
  readonly slack?: PrioritizeConfig['slack'];
  /**
   * Whether to spread the daily limits over the day: the fraction of them that each priority leaves to more urgent
   * requests, so that bulk work cannot use up the day's quota. `true` means { high: 0, normal: 0.1, low: 0.25,
   * background: 0.5 }.
   *
   * @default false
   */
  readonly pacing?: boolean | { readonly [P in Priority]?: number | undefined } | undefined;
  /**
   * Whether to lower `max_completion_tokens` to what earlier completions of the same model and tenant have needed, and
   * to what fits the limits, since Groq charges it on admission. The quantile is the fraction of those completions that
   * must fit. An event reports each request that was changed. A request without a maximum is not changed.
   *
   * This happens when a request is made, so requests that are all made at once learn nothing from each other: with
   * {@link Groq.answers}, set `concurrency`.
   *
   * @default false
   */
  readonly fitOutput?: FitOutput | undefined;
  /**
   * The total that the client and each tenant may use, in US dollars or tokens. A request that could exceed it gets a
   * {@link BudgetExceededError}: immediately if it can never fit, otherwise when its turn comes. A request in flight
   * counts with its worst case, the prompt and the longest completion that it allows, so concurrent requests cannot
   * exceed the budget; waiting requests do not count. When a request ends, the usage that {@link Groq.usage$} reports
   * replaces its worst case; if the usage is not known, the worst case stays. The budget starts with the client and is
   * not stored anywhere else.
   *
   * @example
   * createGroq({ budget: { usd: 10, perTenant: { usd: 0.5 }, tenants: { acme: { usd: 5, tokens: 1_000_000 } } } });
   */
  readonly budget?: BudgetOptions | undefined;
  /**
   * Prices by model, which replace those of the catalogue: for models without a price there, or for individual
   * contracts.
   */
  readonly prices?: Readonly<Record<ModelId, Price>> | undefined;
  /**
   * Whether to send requests to models that Groq no longer serves.
   *
   * @default false
   */
  readonly allowRetired?: boolean | undefined;
  /** The transport that sends the requests. @default undiciTransport() */
  readonly transport?: Transport | undefined;
  /**
   * The store that keeps the levels of the buckets. A store that you pass uses its own limits, margin, probe and
   * pacing.
   *
   * @default memoryLimitStore() with the limits of this client, a `margin` of 300 ms and a `probe` of 5 s; or
   * unlimitedStore() with `limits: false`
   */
  readonly store?: LimitStore | undefined;
  /**
   * The token counter. In virtual time, use one that answers synchronously, such as `constantCounter()`: the default
   * loads its vocabulary first, which takes real time.
   *
   * @default tiktokenCounter(), or roughCounter() with `limits: false` and neither a `store` nor a `budget`
   */
  readonly counter?: TokenCounter | undefined;
  /**
   * The scheduler whose clock is used for everything.
   *
   * @default the system's monotonic clock and timers. Within `TestScheduler.run`, pass that `TestScheduler`:
   * virtual time does not reach this default. It also needs a
   * {@link GroqOptions.counter} that answers synchronously.
   */
  readonly scheduler?: SchedulerLike | undefined;
  /** @default Math.random */
  readonly random?: Random | undefined;
}

/** @throws {ValidationError} with the option, what was expected and what was given. */
export function checkOptions(options: GroqOptions): void {
  checked(optionsSchema, options, 'The options', 'Correct the option; no client was created.');
}

/** @throws {ValidationError} with the dimension, what was expected and what was given. */
export function checkLimits(limits: Limits): void {
  checked(limitsSchema, limits, 'The limits', 'Correct the limits; nothing was changed.');
}
