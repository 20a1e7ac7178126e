import type { SchedulerLike, Unsubscribable } from 'rxjs';
import type { Backlog } from '../model/Backlog.ts';
import type { LimitKey } from '../model/Limits.ts';
import { levelsOf } from '../operators/guardedStore.ts';
import { later } from '../ports/clock.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import { outlook } from '../rules/queue/outlook.ts';
import type { Attempt } from './Attempt.ts';

/** How often those who want to know are told at the most, in milliseconds; longer when very many wait. */
const INTERVAL = 250;
const INTERVAL_PER_JOB = 0.02;

/** What somebody was told. */
interface Told {
  readonly position: number;
  /** Milliseconds of the scheduler's clock. */
  readonly startsAt: number;
}

/** Tells those of a lane who want to know what they can expect while they wait, and again when that changes. */
export class OutlookReporter {
  readonly #store: LimitStore;
  readonly #key: LimitKey;
  readonly #scheduler: SchedulerLike;
  /** Those who want to know, with what they were told last. */
  readonly #listeners = new Map<Attempt, Told | undefined>();
  #timer: Unsubscribable | undefined;
  /** For when it is set. */
  #due = Infinity;
  #toldAt = -Infinity;

  constructor(store: LimitStore, key: LimitKey, scheduler: SchedulerLike) {
    this.#store = store;
    this.#key = key;
    this.#scheduler = scheduler;
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
    const soonest = this.#scheduler.now() + 1;
    this.#tellAt(Math.max(soonest, this.#toldAt + intervalFor(backlog)), backlog);
  }

  #tellAt(due: number, backlog: Backlog<Attempt>): void {
    if (this.#due <= due) return;
    const tell = (): void => {
      this.#due = Infinity;
      this.#toldAt = this.#scheduler.now();
      this.#tell(backlog);
    };
    this.#timer?.unsubscribe();
    this.#due = due;
    // It may be past by now: a program that is busy, or a clock that is fast.
    this.#timer = later(this.#scheduler, tell, Math.max(0, due - this.#scheduler.now()));
  }

  #tell(backlog: Backlog<Attempt>): void {
    levelsOf(this.#store, this.#key).subscribe({
      next: (levels) => {
        let soonest = Infinity;
        for (const [{ job }, expected] of outlook(backlog, levels)) {
          if (!this.#listeners.has(job)) continue;
          if (expected.startsInMs > 0) soonest = Math.min(soonest, expected.startsInMs);
          const told = this.#listeners.get(job);
          const { position, startsInMs } = expected;
          const startsAt = this.#toldAt + startsInMs;
          if (told?.position === position && Math.abs(told.startsAt - startsAt) <= INTERVAL) continue;
          this.#listeners.set(job, { position, startsAt });
          job.lifetime.next({ type: 'state', state: 'queued', ...expected });
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

const intervalFor = ({ size }: Backlog<Attempt>): number => Math.max(INTERVAL, size * INTERVAL_PER_JOB);
