import { finalize, type SchedulerLike, type Subscription, type Unsubscribable } from 'rxjs';
import type { Backlog } from '../model/Backlog.ts';
import type { BucketLevel, LimitKey } from '../model/Limits.ts';
import { later } from '../ports/clock.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import { knownStart, type Outlook, outlook } from '../rules/queue/outlook.ts';
import type { Attempt } from './Attempt.ts';
import { levelsInTime } from './levelsInTime.ts';

/** The minimum interval between two reports, in milliseconds; longer when very many starts must be predicted. */
const INTERVAL = 250;
const INTERVAL_PER_JOB = 0.02;

/** The dependencies of an {@link OutlookReporter}. */
export interface OutlookReporterConfig {
  readonly store: LimitStore;
  readonly key: LimitKey;
  readonly scheduler: SchedulerLike;
  /** Whether no request starts until another one ends, so that no start can be predicted. */
  readonly isFull: () => boolean;
}

/** The latest report to a request. */
interface Told {
  readonly position: number;
  /** In milliseconds of the scheduler's clock, or `Infinity` if it was not known. */
  readonly startsAt: number;
}

/** Reports position and start to the waiting requests of a lane that ask for it, and again when those change. */
export class OutlookReporter {
  readonly #config: OutlookReporterConfig;
  /** The requests that want reports, with the latest one of each. */
  readonly #listeners = new Map<Attempt, Told | undefined>();
  #timer: Unsubscribable | undefined;
  /** When it fires. */
  #due = Infinity;
  #toldAt = -Infinity;
  /** The number of predictions that the latest report took. */
  #predicted = 0;
  /** The latest question for the levels. There is one at a time, since a late answer would be outdated. */
  #asking: Subscription | undefined;
  /** Whether another report was due before it was answered. */
  #missed = false;

  constructor(config: OutlookReporterConfig) {
    this.#config = config;
  }

  add(attempt: Attempt): void {
    this.#listeners.set(attempt, undefined);
    attempt.lifetime.add(() => {
      this.delete(attempt);
    });
  }

  delete(attempt: Attempt): void {
    this.#listeners.delete(attempt);
    if (this.#listeners.size > 0) return;
    this.#timer?.unsubscribe();
    this.#asking?.unsubscribe();
    this.#due = Infinity;
  }

  get #interval(): number {
    return Math.max(INTERVAL, this.#predicted * INTERVAL_PER_JOB);
  }

  /** Something has changed that affects predictions. */
  renew(backlog: Backlog<Attempt>): void {
    if (this.#listeners.size === 0) return;
    // Not synchronously: most requests that arrive have left again by the end of this turn.
    const soonest = this.#config.scheduler.now() + 1;
    this.#tellAt(Math.max(soonest, this.#toldAt + this.#interval), backlog);
  }

  #tellAt(due: number, backlog: Backlog<Attempt>): void {
    if (this.#due <= due) return;
    const tell = (): void => {
      this.#due = Infinity;
      this.#toldAt = this.#config.scheduler.now();
      this.#tell(backlog);
    };
    this.#timer?.unsubscribe();
    this.#due = due;
    // It may be in the past: the program is busy, or the clock is fast.
    this.#timer = later(this.#config.scheduler, tell, Math.max(0, due - this.#config.scheduler.now()));
  }

  #tell(backlog: Backlog<Attempt>): void {
    if (this.#asking?.closed === false) {
      this.#missed = true;
      return;
    }
    const answered = finalize<readonly BucketLevel[]>(() => {
      if (!this.#missed) return;
      this.#missed = false;
      this.renew(backlog);
    });
    const levels$ = levelsInTime(this.#config, this.#config.key);
    this.#asking = levels$.pipe(answered).subscribe({
      next: (levels) => {
        const isFull = this.#config.isFull();
        let soonest = Infinity;
        for (const { ticket, position, startsInMs } of this.#predict(backlog, levels)) {
          const { job } = ticket;
          // A report to another request may have ended it.
          if (!this.#listeners.has(job)) continue;
          const start = knownStart(startsInMs, isFull);
          soonest = Math.min(soonest, start ?? Infinity);
          const expected = { position, startsAt: this.#toldAt + (start ?? Infinity) };
          if (isMuchAs(this.#listeners.get(job), expected)) continue;
          this.#listeners.set(job, expected);
          job.lifetime.next({
            type: 'state',
            state: 'queued',
            position,
            ...(start !== undefined && { startsInMs: start }),
          });
        }
        // The prediction of a request that has not started by then is wrong.
        if (soonest < Infinity && this.#listeners.size > 0) {
          this.#tellAt(this.#toldAt + Math.max(this.#interval, soonest + 1), backlog);
        }
      },
      // A store that cannot show its levels now is asked again after the next change.
      error: () => undefined,
    });
  }

  /** The predictions for the requests that want reports, which may be few among very many. */
  #predict(backlog: Backlog<Attempt>, levels: readonly BucketLevel[]): Outlook<Attempt>[] {
    const wanted: Outlook<Attempt>[] = [];
    this.#predicted = 0;
    for (const each of outlook(backlog, levels)) {
      this.#predicted += 1;
      if (this.#listeners.has(each.ticket.job)) wanted.push(each);
      if (wanted.length === this.#listeners.size) break;
    }
    return wanted;
  }
}

const isMuchAs = (told: Told | undefined, { position, startsAt }: Told): boolean =>
  told?.position === position && (told.startsAt === startsAt || Math.abs(told.startsAt - startsAt) <= INTERVAL);
