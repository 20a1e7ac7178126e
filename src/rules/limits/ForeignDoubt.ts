import type { Cost } from '../../model/Cost.ts';
import type { Bucket } from './Bucket.ts';
import { OVERTAKING } from './Feedback.ts';
import { ForeignTraffic } from './ForeignTraffic.ts';

/**
 * How much more is left alone when others take from the same bucket, in milliseconds of what they take: because they
 * take it in lumps, and for each millisecond in which no answer has shown the level, because the estimate may be off.
 */
const FOREIGN_LUMP = 1_500;
const FOREIGN_DOUBT = 0.25;

/** Requests come whole: answers show them rounded, and one may have come since. */
const UNSHOWN_REQUESTS = 2;

/** From which share of others on all of that is left alone, and below it as much less. */
const HEEDED_SHARE = 0.1;

/**
 * How much is left alone at the most for the largest lump that others took: so great a part of a bucket, and no more
 * than flows in within so many milliseconds, or a tenth of a day would be hours.
 */
const LARGEST_LUMP = 0.1;
const LONGEST_LUMP = 60_000;

/** For how long an estimate of others holds without an answer that confirms it, and how fast it is forgotten then. */
export const CONFIRMED = 20_000;
const FORGETTING = 60_000;

/** Which share others may take before anything was seen of them, and how fast that doubt fades, in milliseconds. */
const FIRST_DOUBT = 0.6;
const FADING = 20_000;
const FADED = 10 * FADING;

/** When an answer showed a level, in milliseconds, and the number of that event. */
export interface Shown {
  readonly at: number;
  readonly event: number;
}

/** What is believed of others who take from the same bucket, and how much is left alone since that is not certain. */
export class ForeignDoubt {
  /** How much was to be left alone when that was last asked, in milliseconds of what flows in. */
  last = 0;
  /** When an answer last showed the level. */
  shownLast: Shown;
  readonly #unit: keyof Cost;
  #foreign: ForeignTraffic;
  /** When an answer first showed the level. */
  #firstShownAt = -Infinity;
  /** When {@link ForeignDoubt.last} was found, or NaN when something has changed since. */
  #foundAt = NaN;

  /** @param now Milliseconds of a clock that does not jump. */
  constructor(unit: keyof Cost, now: number) {
    this.#unit = unit;
    this.#foreign = new ForeignTraffic(now);
    this.shownLast = { at: now, event: 0 };
  }

  /** How much of a bucket is to be left alone, in milliseconds of what flows in. The bucket is told what others take. */
  doubt(bucket: Bucket, now: number): number {
    if (this.#foundAt !== now) this.#find(bucket, now);
    return this.last;
  }

  /** Notes that something has changed on which it depends. */
  changed(): void {
    this.#foundAt = NaN;
  }

  /** Notes a correction, see {@link Gauge.blame}. */
  blame(correction: number, inflow: number, now: number, wasFull: boolean): void {
    this.#foreign.note(-correction, wasFull);
    this.#foreign.renew(inflow, now);
    this.changed();
  }

  /** Believes what is believed at another limit of the same kind. */
  share(other: ForeignDoubt): void {
    this.#foreign = other.#foreign;
    this.shownLast = other.shownLast;
    this.#firstShownAt = other.#firstShownAt;
    this.changed();
  }

  /** Notes that an answer shows the level, and tells when the last one did. */
  shown(event: number, now: number): Shown {
    const last = this.shownLast;
    if (this.#firstShownAt === -Infinity) this.#firstShownAt = now;
    this.shownLast = { at: now, event };
    this.changed();
    return last;
  }

  #find(bucket: Bucket, now: number): void {
    // By a clock that went back, nothing is newer than now.
    const unseen = Math.max(0, now - this.shownLast.at);
    bucket.foreign = this.#believed(unseen);
    // Without queries, the total is the same as with continuous queries.
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

  /** What others take, which grows old while no answer confirms it. */
  #believed(unseen: number): number {
    const { rate } = this.#foreign;
    return rate === 0 || unseen <= CONFIRMED ? rate : rate * Math.exp((CONFIRMED - unseen) / FORGETTING);
  }

  /** Which share they may take of which nothing was seen yet. */
  #first(now: number): number {
    const known = Math.max(0, now - this.#firstShownAt);
    return known > FADED ? 0 : FIRST_DOUBT * Math.exp(-known / FADING);
  }

  /** What answers cannot show of others, in milliseconds of what flows in. */
  #unshown({ window, limit }: Bucket): number {
    return OVERTAKING + (this.#unit === 'requests' ? (UNSHOWN_REQUESTS * window) / limit : 0);
  }
}
