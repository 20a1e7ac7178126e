import { Observable, type OperatorFunction, type SchedulerLike, type Subscriber, type Unsubscribable } from 'rxjs';
import * as z from 'zod';
import type { GroqError } from '../errors/GroqError.ts';
import { QueueFullError } from '../errors/QueueFullError.ts';
import type { Backlog, Overflow, Ticket } from '../model/Backlog.ts';
import type { Job } from '../model/Job.ts';
import { DEFAULT_SLACK, type Priority, type Slack } from '../model/Priority.ts';
import { soon, systemClock } from '../ports/clock.ts';
import { merged } from '../rules/merged.ts';
import { DeadlineQueue, type QueueListener } from '../rules/queue/DeadlineQueue.ts';
import { func, orInfinity, overflowSchema, schedulerSchema, slackSchema } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import { type OperateConfig, operate } from './internal/operate.ts';

/** Options of {@link prioritize}. */
export interface PrioritizeConfig<J extends Job = Job> {
  /**
   * How long a waiting job of each priority can be overtaken by newer, more urgent ones, in milliseconds.
   *
   * @default { high: 0, normal: 60_000, low: 600_000, background: 21_600_000 }
   */
  readonly slack?: { readonly [P in Priority]?: number | undefined } | undefined;
  /**
   * How many jobs may wait. Minimum: 1. It is checked at the end of a turn of the event loop, after the jobs that can
   * start at once have left.
   *
   * @default Infinity
   */
  readonly maxQueued?: number | undefined;
  /**
   * Which job is removed when the backlog is full and another one arrives.
   *
   * @default 'last'
   */
  readonly overflow?: Overflow | undefined;
  /**
   * What to do with a job that is removed because the backlog is full.
   *
   * @default the stream ends with that error
   */
  readonly refuse?: ((job: J, error: GroqError) => void) | undefined;
  /**
   * Determines the end of a turn.
   *
   * @default the system's microtasks. Within `TestScheduler.run`, pass that `TestScheduler`, which has none.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Collects jobs in a backlog, ordered by urgency.
 *
 * <span class="informal">Emits the backlog, not the jobs: its consumer takes the best job of the moment, so that a late
 * but urgent job can still overtake.</span>
 *
 * ![](../../marbles/prioritize.svg)
 *
 * Each job has a deadline, `arrival + slack`; the job with the earliest deadline goes first. The backlog is one live
 * object. It is emitted again when a job arrives and when the best one leaves without being taken, so that a waiting
 * {@link throttleByBucket} checks it again. A job leaves when its `lifetime` closes.
 *
 * After the source completes, the stream completes as soon as the backlog is empty.
 *
 * ## Example
 * ### Urgent requests go first
 * ```ts
 * import { constantCounter, countTokens, prioritize } from 'rxgroq/operators';
 * import { last, of, take } from 'rxjs';
 *
 * const ask = (content: string) => ({ model: 'openai/gpt-oss-20b', messages: [{ role: 'user' as const, content }] });
 * const urgent = ask('now');
 * of(ask('later'), urgent)
 *   .pipe(
 *     countTokens({ counter: constantCounter(10), priority: (request) => (request === urgent ? 'high' : 'low') }),
 *     prioritize(),
 *     take(2),
 *     last(),
 *   )
 *   .subscribe((backlog) => console.log(backlog.peek()?.job.request.messages[0]?.content));
 * // => now
 * ```
 *
 * @see {@link throttleByBucket}
 * @param config Slacks and the maximum length. See {@link PrioritizeConfig}.
 * @return A function that returns an Observable that emits the backlog whenever its best job may have changed.
 * @throws {ValidationError} when the config is invalid, and (as `error`) when a job has an unknown priority.
 * @throws {QueueFullError} (as `error`, unless `refuse` is given) when more than `maxQueued` jobs wait.
 */
export function prioritize<J extends Job>(config: PrioritizeConfig<J> = {}): OperatorFunction<J, Backlog<J>> {
  checked(schema, config, 'The config of prioritize', 'Correct the config.');
  const slack = merged(DEFAULT_SLACK, config.slack);

  return (source) =>
    new Observable((destination) => {
      source.subscribe(operate(new Prioritizing({ ...config, slack }, destination)));
    });
}

const schema = z.strictObject({
  slack: slackSchema.optional(),
  maxQueued: orInfinity,
  overflow: overflowSchema,
  refuse: func.optional(),
  scheduler: schedulerSchema,
});

class Prioritizing<J extends Job> implements OperateConfig<J, Backlog<J>>, QueueListener {
  readonly destination: Subscriber<Backlog<J>>;
  readonly #config: PrioritizeConfig<J>;
  readonly #backlog: DeadlineQueue<J>;
  /** Whether the source has completed, so that the last job to leave ends the stream. */
  #completed = false;
  /** The jobs of this turn that arrived when the backlog was full. */
  #beyond: Ticket<J>[] = [];
  /** The check of the length at the end of this turn, if it can be cancelled. */
  #checking: Unsubscribable | undefined;

  constructor(config: PrioritizeConfig<J> & { readonly slack: Slack }, destination: Subscriber<Backlog<J>>) {
    this.destination = destination;
    this.#config = config;
    this.#backlog = new DeadlineQueue(config.slack, this);
  }

  next(job: J): void {
    const { maxQueued = Infinity, scheduler = systemClock } = this.#config;
    const ticket = this.#backlog.add(job);
    if (ticket === undefined) return;
    this.destination.next(this.#backlog);
    // A retry was admitted to the backlog before, and so was a job that only changes its place.
    if (this.#backlog.size <= maxQueued || job.attempt > 1 || job.moved === true) return;
    // The consumer of the backlog takes jobs at the end of the turn, and so before this.
    if (this.#beyond.push(ticket) > 1) return;
    this.#checking = soon(scheduler, this.#refuseBeyond);
    this.destination.add(this.#checking);
  }

  complete(): void {
    this.#completed = true;
    if (this.#backlog.size === 0) this.destination.complete();
  }

  left(wasBest: boolean): void {
    if (this.#completed && this.#backlog.size === 0) this.destination.complete();
    else if (wasBest) this.destination.next(this.#backlog);
  }

  readonly #refuseBeyond = (): void => {
    const { maxQueued = Infinity, overflow = 'last' } = this.#config;
    // The action of a scheduler is not closed when it has run.
    if (this.#checking !== undefined) this.destination.remove(this.#checking);
    const came = this.#beyond;
    this.#beyond = [];
    while (this.#backlog.size > maxQueued && !this.destination.closed) {
      const newest = came.pop();
      if (newest === undefined) return;
      const leaves = overflow === 'last' ? (this.#backlog.worst() ?? newest) : newest;
      if (this.#backlog.remove(leaves)) this.#refuse(leaves.job, new QueueFullError(maxQueued, leaves.job.model));
    }
  };

  #refuse(job: J, error: GroqError): void {
    const { refuse } = this.#config;
    if (refuse === undefined) {
      this.destination.error(error);
      return;
    }
    try {
      refuse(job, error);
    } catch (thrown) {
      // The end of a turn is outside of the source's notifications, whose errors are caught.
      this.destination.error(thrown);
    }
  }
}
