import type { Cost } from '../../model/Cost.ts';
import type { Bucket } from './Bucket.ts';
import { OVERTAKING } from './Feedback.ts';
import { ForeignTraffic } from './ForeignTraffic.ts';

/**
 * How much is held back if others use the same bucket, in milliseconds of their usage: a fixed part, since they use it
 * in lumps, and a fraction of the time without an answer, since the estimate may be wrong.
 */
const FOREIGN_LUMP = 1_500;
const FOREIGN_DOUBT = 0.25;

/** The requests of others that an answer may not show: one is lost in rounding, and one may have arrived since. */
const UNSHOWN_REQUESTS = 2;

/** The share of others at which all of `#unshown` is held back. Below it, a proportional part is held back. */
const HEEDED_SHARE = 0.1;

/**
 * The maximum that is held back for the largest lump of others: as a fraction of the bucket, and as milliseconds of
 * refill, since a tenth of a daily bucket takes hours to refill.
 */
const LARGEST_LUMP = 0.1;
const LONGEST_LUMP = 60_000;

/** How long an estimate holds without an answer, and the time constant of its decay after that, in milliseconds. */
export const CONFIRMED = 20_000;
const FORGETTING = 60_000;

/**
 * The share of the refill that others are assumed to use at the first answer, the time constant of its decay, and when
 * it ends, in milliseconds.
 */
const FIRST_DOUBT = 0.6;
const FADING = 20_000;
const FADED = 10 * FADING;

/** The time at which an answer showed a level, in milliseconds, and the number of that event. */
export interface Shown {
  readonly at: number;
  readonly event: number;
}

/** The estimated usage of a bucket by others, and how much is held back because the estimate is uncertain. */
export class ForeignDoubt {
  /** The latest result of {@link ForeignDoubt.doubt}, in milliseconds of refill. */
  last = 0;
  /** When an answer last showed the level. */
  shownLast: Shown;
  readonly #unit: keyof Cost;
  #foreign: ForeignTraffic;
  /** When an answer first showed the level. */
  #firstShownAt = -Infinity;
  /** When {@link ForeignDoubt.last} was computed, or NaN if something has changed since. */
  #foundAt = NaN;

  /** @param now Milliseconds of a monotonic clock. */
  constructor(unit: keyof Cost, now: number) {
    this.#unit = unit;
    this.#foreign = new ForeignTraffic(now);
    this.shownLast = { at: now, event: 0 };
  }

  /** How much of a bucket is held back, in milliseconds of refill. Also updates the bucket's estimate of others. */
  doubt(bucket: Bucket, now: number): number {
    if (this.#foundAt !== now) this.#find(bucket, now);
    return this.last;
  }

  /** Invalidates the latest result. */
  changed(): void {
    this.#foundAt = NaN;
  }

  /** Notes a correction, see {@link Gauge.blame}. */
  blame(correction: number, inflow: number, now: number, wasFull: boolean): void {
    this.#foreign.note(-correction, wasFull);
    this.#foreign.renew(inflow, now);
    this.changed();
  }

  /** Adopts the estimate of another limit of the same unit. */
  share(other: ForeignDoubt): void {
    this.#foreign = other.#foreign;
    this.shownLast = other.shownLast;
    this.#firstShownAt = other.#firstShownAt;
    this.changed();
  }

  /** Notes that an answer shows the level, and returns when the previous one did. */
  shown(event: number, now: number): Shown {
    const last = this.shownLast;
    if (this.#firstShownAt === -Infinity) this.#firstShownAt = now;
    this.shownLast = { at: now, event };
    this.changed();
    return last;
  }

  #find(bucket: Bucket, now: number): void {
    // After a clock has gone back, the last answer would be in the future.
    const unseen = Math.max(0, now - this.shownLast.at);
    bucket.foreign = this.#believed(unseen);
    // If it is not renewed, a constant rate for this long adds up to as much as the decaying one.
    bucket.foreignUntil = now + Math.max(0, CONFIRMED - unseen) + FORGETTING;
    const share = (bucket.foreign * bucket.window) / bucket.limit;
    const first = this.#first(now);
    const lump = Math.max(
      (share + first) * FOREIGN_LUMP,
      Math.min(Math.min(this.#foreign.lump / bucket.limit, LARGEST_LUMP) * bucket.window, LONGEST_LUMP),
    );
    const unshown = this.#unshown(bucket) * Math.min(1, (share + first) / HEEDED_SHARE);
    this.last = lump + unshown + (share * FOREIGN_DOUBT + first) * unseen;
    this.#foundAt = now;
  }

  /** The estimated usage by others, which decays while no answer confirms it, in units per millisecond. */
  #believed(unseen: number): number {
    const { rate } = this.#foreign;
    return rate === 0 || unseen <= CONFIRMED ? rate : rate * Math.exp((CONFIRMED - unseen) / FORGETTING);
  }

  /** The share of the refill that others are assumed to use although no answer has shown it yet. */
  #first(now: number): number {
    const known = Math.max(0, now - this.#firstShownAt);
    return known > FADED ? 0 : FIRST_DOUBT * Math.exp(-known / FADING);
  }

  /** The usage by others that answers cannot show, in milliseconds of refill. */
  #unshown({ window, limit }: Bucket): number {
    return OVERTAKING + (this.#unit === 'requests' ? (UNSHOWN_REQUESTS * window) / limit : 0);
  }
}
