import { defer, type SchedulerLike, type Unsubscribable } from 'rxjs';
import type { Backlog } from '../model/Backlog.ts';
import type { LimitKey } from '../model/Limits.ts';
import { later } from '../ports/clock.ts';
import type { LimitStore } from '../ports/LimitStore.ts';
import { type Outlook, outlook } from '../rules/outlook.ts';
import type { Attempt } from './Attempt.ts';

/** How often those who want to know are told at the most, in milliseconds; longer when very many wait. */
const INTERVAL = 250;
const INTERVAL_PER_JOB = 0.01;

/** Tells those of a lane who want to know what they can expect while they wait, and again when that changes. */
export class Expectations {
  readonly #store: LimitStore;
  readonly #key: LimitKey;
  readonly #scheduler: SchedulerLike;
  /** Those who want to know, with what they were told last. */
  readonly #listeners = new Map<Attempt, Outlook | undefined>();
  #timer: Unsubscribable | undefined;
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
    this.#timer = undefined;
  }

  /** Something has changed on which expectations depend. */
  renew(backlog: Backlog<Attempt>): void {
    if (this.#listeners.size === 0 || this.#timer !== undefined) return;
    const interval = Math.max(INTERVAL, backlog.size * INTERVAL_PER_JOB);
    // Never at once: most of what comes is gone again when this turn is over.
    const wait = Math.max(1, this.#toldAt + interval - this.#scheduler.now());
    const tell = (): void => {
      this.#timer = undefined;
      this.#toldAt = this.#scheduler.now();
      this.#tell(backlog);
    };
    this.#timer = later(this.#scheduler, tell, wait);
  }

  #tell(backlog: Backlog<Attempt>): void {
    defer(() => this.#store.levels(this.#key)).subscribe({
      next: (levels) => {
        for (const [{ job }, expected] of outlook(backlog, levels)) {
          if (!this.#listeners.has(job)) continue;
          const told = this.#listeners.get(job);
          this.#listeners.set(job, expected);
          if (told !== undefined && isSame(told, expected)) continue;
          job.lifetime.next({ type: 'state', state: 'queued', ...expected });
        }
      },
      // A store that cannot tell its levels now will when something changes again.
      error: () => undefined,
    });
  }
}

/** Whether two outlooks differ by no more than time has passed since. */
const isSame = (told: Outlook, expected: Outlook): boolean =>
  told.position === expected.position && Math.abs(told.startsInMs - expected.startsInMs) <= INTERVAL;
