import type { SchedulerLike, Unsubscribable } from 'rxjs';
import type { Backlog } from '../model/Backlog.ts';
import type { LimitKey } from '../model/Limits.ts';
import { levelsOf } from '../operators/internal/guardedStore.ts';
import { later } from '../ports/clock.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import { outlook } from '../rules/queue/outlook.ts';
import type { Attempt } from './Attempt.ts';

/** How often those who want to know are told at the most, in milliseconds; longer when very many wait. */
const INTERVAL = 250;
const INTERVAL_PER_JOB = 0.02;

/** What an {@link OutlookReporter} works with. */
export interface OutlookReporterConfig {
  readonly store: LimitStore;
  readonly key: LimitKey;
  readonly scheduler: SchedulerLike;
  /** Whether nobody starts until somebody ends, so that nobody can tell when. */
  readonly isFull: () => boolean;
}

/** What somebody was told. */
interface Told {
  readonly position: number;
  /** Milliseconds of the scheduler's clock, or `Infinity` when nobody could tell. */
  readonly startsAt: number;
}

/** Tells those of a lane who want to know what they can expect while they wait, and again when that changes. */
export class OutlookReporter {
  readonly #config: OutlookReporterConfig;
  /** Those who want to know, with what they were told last. */
  readonly #listeners = new Map<Attempt, Told | undefined>();
  #timer: Unsubscribable | undefined;
  /** For when it is set. */
  #due = Infinity;
  #toldAt = -Infinity;

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
    this.#due = Infinity;
  }

  /** Something has changed on which expectations depend. */
  renew(backlog: Backlog<Attempt>): void {
    if (this.#listeners.size === 0) return;
    // Never at once: most of what comes is gone again when this turn is over.
    const soonest = this.#config.scheduler.now() + 1;
    this.#tellAt(Math.max(soonest, this.#toldAt + intervalFor(backlog)), backlog);
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
    // It may be past by now: a program that is busy, or a clock that is fast.
    this.#timer = later(this.#config.scheduler, tell, Math.max(0, due - this.#config.scheduler.now()));
  }

  #tell(backlog: Backlog<Attempt>): void {
    levelsOf(this.#config.store, this.#config.key).subscribe({
      next: (levels) => {
        const isFull = this.#config.isFull();
        let soonest = Infinity;
        for (const [{ job }, { position, startsInMs }] of outlook(backlog, levels)) {
          if (!this.#listeners.has(job)) continue;
          // What would start now and does not waits for something that levels do not show.
          const isKnown = startsInMs > 0 && !isFull;
          if (isKnown) soonest = Math.min(soonest, startsInMs);
          const expected = { position, startsAt: isKnown ? this.#toldAt + startsInMs : Infinity };
          if (isMuchAs(this.#listeners.get(job), expected)) continue;
          this.#listeners.set(job, expected);
          job.lifetime.next({ type: 'state', state: 'queued', position, ...(isKnown && { startsInMs }) });
        }
        // Whoever has not started by then can expect something else.
        if (soonest < Infinity && this.#listeners.size > 0) {
          this.#tellAt(this.#toldAt + Math.max(intervalFor(backlog), soonest + 1), backlog);
        }
      },
      // A store that cannot tell its levels now will when something changes again.
      error: () => undefined,
    });
  }
}

const isMuchAs = (told: Told | undefined, { position, startsAt }: Told): boolean =>
  told?.position === position && (told.startsAt === startsAt || Math.abs(told.startsAt - startsAt) <= INTERVAL);

const intervalFor = ({ size }: Backlog<Attempt>): number => Math.max(INTERVAL, size * INTERVAL_PER_JOB);
