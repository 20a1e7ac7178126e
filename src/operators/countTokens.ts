import { map, mergeMap, type Observable, type OperatorFunction, of, type SchedulerLike } from 'rxjs';
import * as z from 'zod';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { Job } from '../model/Job.ts';
import type { Priority } from '../model/Priority.ts';
import type { TokenCount } from '../model/TokenCount.ts';
import { systemClock } from '../ports/clock.ts';
import type { TokenCounter } from '../ports/TokenCounter.ts';
import { chatCost } from '../rules/counting/cost.ts';
import { counterSchema, func, schedulerSchema } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import { countOf } from './internal/guardedCount.ts';

/** Options of {@link countTokens}. */
export interface CountTokensConfig {
  readonly counter: TokenCounter;
  /**
   * How urgent a request is.
   *
   * @default () => 'low'
   */
  readonly priority?: ((request: ChatRequest) => Priority) | undefined;
  /** The tenant that a request is made for. */
  readonly tenant?: ((request: ChatRequest) => string | undefined) | undefined;
  /**
   * The scheduler whose clock provides the arrival time, in milliseconds.
   *
   * @default the system's monotonic clock and timers. Within `TestScheduler.run`, pass that `TestScheduler`:
   * virtual time does not reach this default.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Counts the cost of each request and emits it as a job.
 *
 * <span class="informal">The cost is what Groq charges on admission: the prompt and `max_completion_tokens`.</span>
 *
 * ![](../../marbles/countTokens.svg)
 *
 * The upper bound of the count is charged, so that an estimate is never too low; the surplus is given back when the
 * answer reports the real usage. If the counter answers asynchronously, the job is emitted later but keeps its arrival
 * time.
 *
 * ## Example
 * ### What a request costs
 * ```ts
 * import { constantCounter, countTokens } from 'rxgroq/operators';
 * import { of } from 'rxjs';
 *
 * const request = { model: 'openai/gpt-oss-20b', messages: [{ role: 'user' as const, content: 'Hi' }], max_completion_tokens: 100 };
 * of(request)
 *   .pipe(countTokens({ counter: constantCounter(72) }))
 *   .subscribe(({ cost }) => console.log(cost.tokens));
 * // => 172
 * ```
 *
 * @see {@link prioritize}
 * @param config The counter and more. See {@link CountTokensConfig}.
 * @return A function that returns an Observable of jobs, one for each request.
 * @throws {ValidationError} when the config is invalid.
 * @throws {ValidationError} (as `error`) when the counter fails or emits no count. If it emits several, the first one
 * is used.
 */
export function countTokens(config: CountTokensConfig): OperatorFunction<ChatRequest, Job> {
  checked(schema, config, 'The config of countTokens', 'Correct the config.');
  const { counter, priority = () => 'low', tenant, scheduler = systemClock } = config;

  return mergeMap((request, seq): Observable<Job> => {
    const arrival = scheduler.now();
    const jobOf = ({ bound }: TokenCount): Job => ({
      seq,
      model: request.model,
      request,
      cost: chatCost(request, bound),
      priority: priority(request),
      tenant: tenant?.(request),
      arrival,
      attempt: 1,
    });
    const count = countOf(counter, request);
    return 'tokens' in count ? of(jobOf(count)) : count.pipe(map(jobOf));
  });
}

const schema = z.strictObject({
  counter: counterSchema.unwrap(),
  priority: func.optional(),
  tenant: func.optional(),
  scheduler: schedulerSchema,
});
