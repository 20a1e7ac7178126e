import { Observable, type OperatorFunction, type SchedulerLike, type Subscriber } from 'rxjs';
import * as z from 'zod';
import type { GroqError } from '../errors/GroqError.ts';
import { QueueFullError } from '../errors/QueueFullError.ts';
import type { Backlog, Overflow, Ticket } from '../model/Backlog.ts';
import type { Job } from '../model/Job.ts';
import { DEFAULT_SLACK, type Slack } from '../model/Priority.ts';
import { soon, systemClock } from '../ports/clock.ts';
import { merged } from '../rules/merged.ts';
import { DeadlineQueue, type QueueListener } from '../rules/queue/DeadlineQueue.ts';
import { func, orInfinity, overflowSchema, schedulerSchema, slackSchema } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import { type OperateConfig, operate } from './operate.ts';

/** How {@link prioritize} orders. */
export interface PrioritizeConfig<J extends Job = Job> {
  /**
   * How long a job of each priority lets newer and more urgent ones go first, in milliseconds.
   *
   * @default { high: 0, normal: 60_000, low: 600_000, background: 21_600_000 }
   */
  readonly slack?: Partial<Slack> | undefined;
  /**
   * How many jobs may wait. Minimum: 1. It is looked at when a turn is over and those are gone that need not wait.
   *
   * @default Infinity
   */
  readonly maxQueued?: number | undefined;
  /**
   * Who has to leave when one more comes.
   *
   * @default 'last'
   */
  readonly overflow?: Overflow | undefined;
  /**
   * What becomes of a job that has to leave.
   *
   * @default the stream ends with that error
   */
  readonly refuse?: ((job: J, error: GroqError) => void) | undefined;
  /**
   * Tells when a turn is over.
   *
   * @default the system's microtasks. Within `TestScheduler.run`, pass that `TestScheduler`: it has none.
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Collects jobs in a backlog, ordered by how urgent they are.
 *
 * <span class="informal">Emits the backlog, not the jobs: whoever takes from it takes the best one there is at that
 * moment, so that a job which comes late can still overtake.</span>
 *
 * ![](../../marbles/prioritize.svg)
 *
 * A job keeps its rank until `arrival + slack`; the earliest of these moments comes first. The backlog is one live
 * object. It is emitted again when a job has come, and when the best one has left without being taken, so that a
 * waiting {@link throttleByBucket} looks anew. A job leaves when its `lifetime` closes.
 *
 * When the source completes, the backlog lives on until it is empty, then the stream completes.
 *
 * ## Example
 * ### What is urgent goes first
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
 * @param config How long each priority lets others go first. See {@link PrioritizeConfig}.
 * @return A function that returns an Observable of the backlog, each time that it deserves a look.
 * @throws {ValidationError} when the config is not what it has to be.
 * @throws {QueueFullError} (as `error`, unless `refuse` is given) when more than `maxQueued` jobs wait.
 */
export function prioritize<J extends Job>(config: PrioritizeConfig<J> = {}): OperatorFunction<J, Backlog<J>> {
  checked(schema, config, 'The config of prioritize', 'Correct it: nothing was queued.');
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
  /** Those that came in this turn when as many waited as may. */
  #beyond: Ticket<J>[] = [];

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
    // A retry was let in already, and so was whoever only changes places.
    if (this.#backlog.size <= maxQueued || job.attempt > 1 || job.moved === true) return;
    // Whoever takes jobs from the backlog takes them when the turn is over, and so before this.
    if (this.#beyond.push(ticket) === 1) this.destination.add(soon(scheduler, this.#refuseBeyond));
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
    if (refuse === undefined) this.destination.error(error);
    else refuse(job, error);
  }
}
