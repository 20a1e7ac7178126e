import { defer, map, type Observable, type SchedulerLike, Subject, startWith } from 'rxjs';
import { ValidationError } from '../errors/ValidationError.ts';
import type { AttemptMeter } from '../model/AttemptMeter.ts';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { Job } from '../model/Job.ts';
import type { ModelId, Price } from '../model/Models.ts';
import type { TokensUsed, UsageFigure, UsageKey, UsageRecord, UsageTotals } from '../model/UsageRecord.ts';
import type { Written } from '../model/Written.ts';
import type { TokenCounter } from '../ports/TokenCounter.ts';
import { maxOutput } from '../rules/request/maxOutput.ts';
import { NO_TOKENS } from '../rules/usage/tokensUsed.ts';
import { UsageTally } from '../rules/usage/UsageTally.ts';
import { priceOf } from '../rules/usage/usageCost.ts';
import { type BudgetOptions, Budgets, type WorstCase } from './Budgets.ts';
import { countCompletion } from './countCompletion.ts';
import { type AnswerShape, UsageMeter } from './UsageMeter.ts';

/** The dependencies of a {@link Ledger}. */
export interface LedgerConfig {
  readonly scheduler: SchedulerLike;
  readonly counter: TokenCounter;
  readonly priceOf: (model: ModelId) => Price | undefined;
  readonly budget: BudgetOptions | undefined;
}

/** The parts of a job that determine its worst case. */
export type Chargeable = Pick<Job, 'request' | 'cost' | 'tenant'>;

/**
 * Keeps account of the usage: one record for each attempt that was sent. It is the only owner of the totals and the
 * budgets. Records are emitted and added up, but not stored.
 */
export class Ledger {
  readonly #config: LedgerConfig;
  readonly #budgets: Budgets;
  readonly #records = new Subject<UsageRecord>();
  readonly #tallies: Readonly<Record<UsageKey, UsageTally>> = {
    model: new UsageTally(),
    tenant: new UsageTally(),
    tag: new UsageTally(),
  };

  constructor(config: LedgerConfig) {
    this.#config = config;
    this.#budgets = new Budgets(config.budget);
  }

  /** The records, as they come. */
  get usage$(): Observable<UsageRecord> {
    return this.#records.asObservable();
  }

  /**
   * The totals since the client was made: the current ones on subscription, and new ones after each record.
   *
   * @throws {ValidationError} when there is no such key.
   */
  usageBy(key: UsageKey): Observable<UsageTotals> {
    if (!Object.hasOwn(this.#tallies, key)) {
      const issue = { path: 'key', expected: 'one of "model", "tenant", "tag"', got: key };
      throw new ValidationError('The key of usageBy', [issue]);
    }
    const tally = this.#tallies[key];
    return defer(() =>
      this.#records.pipe(
        map(() => tally.totals),
        startWith(tally.totals),
      ),
    );
  }

  /**
   * Refuses a request that can never be sent within the budget.
   *
   * @throws {BudgetExceededError} when the request can never fit.
   */
  check(charged: Chargeable): void {
    if (this.#budgets.any) this.#budgets.check(this.#worst(charged));
  }

  /**
   * Reserves the worst case of an attempt, and follows its actual usage.
   *
   * @throws {BudgetExceededError} when it does not fit besides the requests in flight.
   */
  meter<T>(shape: AnswerShape<T>, job: Chargeable & Pick<Job, 'seq' | 'attempt'>, tag?: string): AttemptMeter<T> {
    const hold = this.#budgets.any ? this.#budgets.reserve(this.#worst(job)) : undefined;
    return new UsageMeter(shape, (finding) => {
      if (finding.type === 'unsent') {
        hold?.release();
        return;
      }
      const figure =
        finding.type === 'estimated'
          ? this.#priced(job.request, { type: finding.type, tokens: this.#estimate(job, finding.written) })
          : this.#priced(job.request, finding);
      hold?.settle(figure);
      const { seq, attempt, tenant } = job;
      this.#record({
        ...figure,
        seq,
        attempt,
        model: job.request.model,
        tenant,
        tag,
        at: this.#config.scheduler.now(),
      });
    });
  }

  /** There will be no more records. */
  complete(): void {
    this.#records.complete();
  }

  #record(record: UsageRecord): void {
    this.#tallies.model.add(record.model, record);
    this.#tallies.tenant.add(record.tenant, record);
    this.#tallies.tag.add(record.tag, record);
    this.#records.next(record);
  }

  #worst({ request, cost, tenant }: Chargeable): WorstCase {
    const { model } = request;
    const promptTokens = cost.inputTokens;
    const completionTokens = maxOutput(request, promptTokens);
    const tokens = promptTokens + completionTokens;
    const price = this.#config.priceOf(model);
    return {
      model,
      tenant,
      tokens,
      cost: priceOf(price, { ...NO_TOKENS, promptTokens, completionTokens, totalTokens: tokens }),
    };
  }

  #estimate({ request, cost }: Chargeable, { text, reasoning, pieces }: Written): TokensUsed {
    const { counter } = this.#config;
    const promptTokens = cost.inputTokens;
    const thought = countCompletion(counter, request.model, reasoning, pieces.reasoning);
    const written = countCompletion(counter, request.model, text, pieces.text);
    // It cannot exceed the maximum, whatever a counter estimates.
    const completionTokens = Math.min(thought + written, maxOutput(request, promptTokens));
    return {
      promptTokens,
      cachedTokens: 0,
      completionTokens,
      reasoningTokens: Math.min(thought, completionTokens),
      totalTokens: promptTokens + completionTokens,
    };
  }

  #priced({ model }: ChatRequest, figure: UsageFigure): UsageFigure {
    if (figure.type === 'unknown') return figure;
    const cost = priceOf(this.#config.priceOf(model), figure.tokens);
    return cost === undefined ? figure : { ...figure, cost };
  }
}
