import { Observable, type OperatorFunction } from 'rxjs';
import type { Backlog } from '../model/Backlog.ts';
import type { Job } from '../model/Job.ts';
import { DEFAULT_SLACK, type Slack } from '../model/Priority.ts';
import { DeadlineQueue } from '../rules/DeadlineQueue.ts';
import { operate } from './operate.ts';

/** How {@link prioritize} orders. */
export interface PrioritizeConfig {
  /**
   * How long a job of each priority lets newer and more urgent ones go first, in milliseconds.
   *
   * @default { high: 0, normal: 60_000, low: 600_000, background: 21_600_000 }
   */
  readonly slack?: Partial<Slack> | undefined;
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
 * import { countTokens, constantCounter, prioritize } from 'rxgroq/operators';
 * import { last, map, of } from 'rxjs';
 *
 * const ask = (content: string) => ({ model: 'openai/gpt-oss-20b', messages: [{ role: 'user' as const, content }] });
 * of(ask('later'), ask('now')).pipe(
 *   countTokens({ counter: constantCounter(10), priority: (request) => (request === ask('now') ? 'high' : 'low') }),
 *   prioritize(),
 * );
 * ```
 *
 * @see {@link throttleByBucket}
 * @param config How long each priority lets others go first. See {@link PrioritizeConfig}.
 * @return A function that returns an Observable of the backlog, each time that it deserves a look.
 */
export function prioritize<J extends Job>(config: PrioritizeConfig = {}): OperatorFunction<J, Backlog<J>> {
  const slack = { ...DEFAULT_SLACK, ...config.slack };

  return (source) =>
    new Observable((destination) => {
      // Whether the source has completed, so that the last job to leave ends the stream.
      let completed = false;
      const backlog = new DeadlineQueue<J>(slack, (wasBest) => {
        if (completed && backlog.size === 0) destination.complete();
        else if (wasBest) destination.next(backlog);
      });

      source.subscribe(
        operate({
          destination,
          next: (job) => {
            backlog.add(job);
            destination.next(backlog);
          },
          complete: () => {
            completed = true;
            if (backlog.size === 0) destination.complete();
          },
        }),
      );
    });
}
