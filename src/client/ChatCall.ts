import type { Observable, OperatorFunction } from 'rxjs';
import type { CancelledError } from '../errors/CancelledError.ts';
import type { AttemptMeter } from '../model/AttemptMeter.ts';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { Cost } from '../model/Cost.ts';
import type { Job } from '../model/Job.ts';
import type { ModelId } from '../model/Models.ts';
import type { Place } from '../model/Place.ts';
import type { Priority } from '../model/Priority.ts';
import type { TokenCount } from '../model/TokenCount.ts';
import type { Usage } from '../model/Usage.ts';
import type { Follower } from '../model/Written.ts';
import type { IsPaused } from '../operators/internal/waitingSince.ts';
import type { RetryConfig } from '../operators/retryWithBackoff.ts';
import type { WireRequest } from '../ports/Transport.ts';
import { chatCost } from '../rules/counting/cost.ts';
import { merged } from '../rules/merged.ts';
import { checkLength } from '../rules/request/checkLength.ts';
import { askedOutput } from '../rules/request/maxOutput.ts';
import { requestJson } from '../rules/request/requestJson.ts';
import type { Call, Timeouts } from '../scheduler/Attempt.ts';
import type { AnswerKind } from './AnswerKind.ts';
import type { StreamOptions } from './CallOptions.ts';
import type { Config } from './config.ts';
import type { Flow } from './Flow.ts';
import type { Ledger } from './Ledger.ts';
import type { OutputFits } from './OutputFits.ts';

/** A checked request, and the kind of its answer. */
export interface Ask<T> {
  readonly kind: AnswerKind<T>;
  readonly request: ChatRequest;
  readonly options: StreamOptions;
  readonly lifecycle: boolean;
  readonly cancelled$?: Observable<CancelledError> | undefined;
  readonly flow?: Flow | undefined;
}

/** The services of a client that all its requests share. */
export interface ClientServices {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly fits: OutputFits;
}

/** A chat completion request: what is sent, how its answer is read, and where its usage is reported. */
export class ChatCall<T> implements Call<T> {
  readonly model: ModelId;
  readonly request: ChatRequest;
  readonly cost: Cost;
  readonly priority: Priority;
  readonly tenant: string | undefined;
  readonly tag: string | undefined;
  readonly slack: number | undefined;
  readonly place$: Observable<Place> | undefined;
  readonly cancelled$: Observable<CancelledError> | undefined;
  readonly lifecycle: boolean;
  readonly fittedFrom: number | undefined;
  readonly timeouts: Timeouts;
  readonly retry: RetryConfig;
  readonly usage: (value: T) => Usage | undefined;
  readonly isPaused: IsPaused | undefined;
  readonly #services: ClientServices;
  readonly #kind: AnswerKind<T>;
  readonly #flow: Flow | undefined;

  /**
   * @throws {ContextLengthError} when the request is too long for the model.
   * @throws {BudgetExceededError} when it can never be sent within the budget.
   */
  constructor(ask: Ask<T>, count: TokenCount, services: ClientServices) {
    const { kind, request, options, lifecycle, cancelled$, flow } = ask;
    const { config, ledger, fits } = services;
    const { priority = 'low', tenant, tag, slack, place$, timeouts, retry } = options;
    const { fitOutput = config.fitOutput } = options;
    // Its bound is what gets reserved, so that an estimate is never too low.
    this.request = fits.fit(request, count.bound, { tenant, fitOutput });
    checkLength(this.request, count);
    this.cost = chatCost(this.request, count.bound);
    ledger.check({ request: this.request, cost: this.cost, tenant });
    this.model = request.model;
    this.priority = priority;
    this.tenant = tenant;
    this.tag = tag;
    this.slack = slack;
    this.place$ = place$;
    this.cancelled$ = cancelled$;
    this.lifecycle = lifecycle;
    this.fittedFrom = this.request === request ? undefined : askedOutput(request);
    this.timeouts = timeoutsFor(merged(config.timeouts, timeouts), kind.stream);
    this.retry = merged(config.retry, retry);
    this.usage = kind.usage;
    this.#services = services;
    this.#kind = kind;
    this.isPaused = flow && (() => flow.isPaused);
    this.#flow = flow;
  }

  wire(): WireRequest {
    const { request } = this;
    const { stream } = this.#kind;
    return {
      method: 'POST',
      path: '/chat/completions',
      // The kind decides, whatever a request says that was written for another.
      body: requestJson(stream || request.stream === true ? { ...request, stream } : request),
      paused$: this.#flow?.paused$,
      connectTimeout: this.timeouts.connect,
    };
  }

  read(follower: Follower | undefined): OperatorFunction<Uint8Array, T> {
    return this.#kind.read(this.#services.config, { follower, isPaused: this.isPaused });
  }

  used({ prompt_tokens: prompt, completion_tokens: completion }: Usage): void {
    const { config, fits } = this.#services;
    fits.observe(this.request, this.tenant, completion);
    try {
      config.counter.observe?.(this.request, prompt);
    } catch {
      // A counter that cannot learn counts as it did before: the answer is whole, and paid for.
    }
  }

  meter(attempt: Job): AttemptMeter<T> {
    return this.#services.ledger.meter(this.#kind, attempt, this.tag);
  }
}

/** An answer in one piece has no timeouts between tokens. */
const timeoutsFor = (timeouts: Timeouts, stream: boolean): Timeouts =>
  stream ? timeouts : { queue: timeouts.queue, connect: timeouts.connect, total: timeouts.total };
