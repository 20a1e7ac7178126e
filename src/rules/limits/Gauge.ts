import type { Cost } from '../../model/Cost.ts';
import { DIMENSIONS, type Dimension } from '../../model/Dimension.ts';
import { isShown } from '../../model/LimitHeaders.ts';
import type { BucketLevel } from '../../model/Limits.ts';
import { Bucket } from './Bucket.ts';
import { Feedback, type Mark, OVERTAKING } from './Feedback.ts';
import { ForeignTraffic } from './ForeignTraffic.ts';
import { WindowLog } from './WindowLog.ts';

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
const CONFIRMED = 20_000;
const FORGETTING = 60_000;

/** Which share others may take before anything was seen of them, and how fast that doubt fades, in milliseconds. */
const FIRST_DOUBT = 0.6;
const FADING = 20_000;
const FADED = 10 * FADING;

/**
 * Everything that is kept of one limit: our copy of its bucket, what was charged lately in case the server only counts,
 * and, for a limit that answers show, what corrects it.
 */
export class Gauge {
  readonly dimension: Dimension;
  readonly unit: keyof Cost;
  readonly bucket: Bucket;
  /** Until when the server asked us to leave it alone, in milliseconds. */
  pausedUntil = -Infinity;
  /** Whether the server was seen to count what came within a window, instead of letting it flow back. */
  #windowed = false;
  readonly #log: WindowLog;
  readonly #feedback: Feedback | undefined;
  #foreign: ForeignTraffic;
  /** What the reservations that are not settled sum up to. */
  #inFlight = 0;
  /** When an answer last showed the level, and the number of that event. */
  #shown: { readonly at: number; readonly event: number };
  /** When an answer first showed it. */
  #firstShownAt = -Infinity;
  /** How much is left alone because of others, in milliseconds of what flows in, and when that was found. */
  #doubt = 0;
  #doubtedAt = NaN;

  /** @param now Milliseconds of a clock that does not jump. */
  constructor(dimension: Dimension, limit: number, now: number) {
    const { unit, window } = DIMENSIONS[dimension];
    this.dimension = dimension;
    this.unit = unit;
    this.bucket = new Bucket(window, limit, now);
    this.#log = new WindowLog(window);
    this.#feedback = isShown(dimension) ? new Feedback() : undefined;
    this.#foreign = new ForeignTraffic(now);
    this.#shown = { at: now, event: 0 };
  }

  /**
   * In how many whole milliseconds a cost fits, or when to ask again because more will be known of others by then.
   *
   * @param kept How many units are to be left to what is more urgent.
   */
  waitFor(units: number, kept: number, margin: number, now: number): number {
    const rest = this.pausedUntil > now ? Math.ceil(this.pausedUntil - now) : 0;
    if (this.#windowed) return Math.max(rest, this.#log.waitFor(Math.max(0, this.bucket.limit - units - kept), now));
    if (this.#doubtedAt !== now) this.#renewDoubt(now);
    const fits = this.bucket.waitFor(units + kept, margin + this.#doubt);
    return Math.max(rest, this.bucket.foreign > 0 ? Math.min(fits, CONFIRMED) : fits);
  }

  /** How many units are left in so many milliseconds when some of them are taken then. 0 where that is not known. */
  spareIn(ms: number, units: number, margin: number, now: number): number {
    const { limit, level, rate, window } = this.bucket;
    if (this.#windowed) return Math.max(0, limit - units - this.#log.used(now));
    return Math.max(0, level + rate * ms - units - ((margin + this.#doubt) * limit) / window);
  }

  take(units: number, now: number): void {
    this.bucket.take(units);
    this.#log.add(units, now, now);
    this.#feedback?.take(units, now);
    this.#inFlight += units;
  }

  /** Notes how things stand after a charge of so many units. */
  mark(units: number, now: number): Mark | undefined {
    return this.#feedback?.mark(this.bucket.level, this.#inFlight - units, now);
  }

  /**
   * Gives back what was not used of a charge, or takes what was used beyond it.
   *
   * @param units What had been charged.
   * @param back How much of it comes back.
   * @param lost Whether it came to a bucket that was full, and so is lost at the server.
   */
  settle(units: number, back: number, lost: boolean, chargedAt: number, now: number): void {
    this.#inFlight -= units;
    if (back === 0) return;
    if (!lost) this.bucket.add(back);
    this.#log.add(-back, chargedAt, now);
  }

  /**
   * Compares what an answer reports with the mark of its request.
   *
   * @return By how many units the level was corrected.
   */
  compare(mark: Mark, remaining: number, mayRaise: boolean, now: number): number {
    if (this.#feedback === undefined) return 0;
    const correction = this.#feedback.correction(mark, remaining, this.bucket.rate, now);
    if (correction > 0 && !mayRaise) {
      // What is not raised is no correction, or the next answers would be missing it.
      this.#feedback.shift(-correction);
      return 0;
    }
    this.bucket.add(correction);
    return correction;
  }

  /** Takes the level that an answer shows for its own: the limit is new to us. */
  adoptLevel(remaining: number, charged: number, now: number): void {
    this.bucket.lowerTo(remaining);
    this.#log.add(this.bucket.limit - remaining, now, now);
    this.#inFlight += charged;
  }

  /** Applies a correction that was found elsewhere. */
  correct(units: number): void {
    const change = this.bucket.correct(units);
    this.#feedback?.shift(change);
  }

  /** Lowers the level to what the server says that it holds, and tells by how much. */
  lowerTo(units: number): number {
    // A request counts also when it is refused.
    const change = this.bucket.lowerTo(units, this.unit !== 'requests');
    this.#feedback?.shift(change);
    return change;
  }

  /** Goes by what came within a window from now on. What was missing for that reason is nobody's traffic. */
  countWindows(): void {
    this.#windowed = true;
    this.bucket.foreign = 0;
  }

  resize(limit: number): void {
    this.#feedback?.shift(limit - this.bucket.limit);
    this.bucket.resize(limit);
    this.#doubtedAt = NaN;
  }

  /**
   * Counts what was corrected as what others have taken, or, above zero, as what they have not.
   *
   * @param inflow What flows into the fastest bucket of this unit, in units for each millisecond.
   * @param wasFull Whether the bucket was full since the last correction, so that what is taken for others was not seen.
   */
  blame(correction: number, inflow: number, now: number, wasFull = false): void {
    this.#foreign.note(-correction, wasFull);
    this.#foreign.renew(inflow, now);
    this.#doubtedAt = NaN;
  }

  /** Believes of others what is known of them at another limit of the same kind. */
  share(other: Gauge): void {
    this.#foreign = other.#foreign;
    this.#shown = other.#shown;
    this.#firstShownAt = other.#firstShownAt;
    this.#doubtedAt = NaN;
  }

  /** Whether the bucket was full since an answer last showed the level. */
  get wasFull(): boolean {
    return this.bucket.fullAt > this.#shown.event;
  }

  /** Notes that an answer shows the level, and tells when the last one did. */
  shown(event: number, now: number): { readonly at: number; readonly event: number } {
    const last = this.#shown;
    if (this.#firstShownAt === -Infinity) this.#firstShownAt = now;
    this.#shown = { at: now, event };
    this.#doubtedAt = NaN;
    return last;
  }

  /** What answers cannot show of others, in milliseconds of what flows in. */
  get #unshown(): number {
    const { window, limit } = this.bucket;
    return OVERTAKING + (this.unit === 'requests' ? (UNSHOWN_REQUESTS * window) / limit : 0);
  }

  /** What is known of others, which grows old while no answer confirms it. */
  #believedForeign(unseen: number): number {
    const { rate } = this.#foreign;
    return rate === 0 || unseen <= CONFIRMED ? rate : rate * Math.exp((CONFIRMED - unseen) / FORGETTING);
  }

  /** Finds anew how much is left alone for what answers have not shown of others. */
  #renewDoubt(now: number): void {
    const { bucket } = this;
    // By a clock that went back, nothing is newer than now.
    const unseen = Math.max(0, now - this.#shown.at);
    bucket.foreign = this.#believedForeign(unseen);
    // When nobody asks, as much is believed in all as would be by asking all the time.
    bucket.foreignUntil = now + Math.max(0, CONFIRMED - unseen) + FORGETTING;
    const share = (bucket.foreign * bucket.window) / bucket.limit;
    const first = this.#firstDoubt(now);
    const lump = Math.max(
      (share + first) * FOREIGN_LUMP,
      Math.min(Math.min(this.#foreign.lump / bucket.limit, LARGEST_LUMP) * bucket.window, LONGEST_LUMP),
    );
    const unshown = this.#unshown * Math.min(1, (share + first) / HEEDED_SHARE);
    this.#doubt = lump + unshown + (share * FOREIGN_DOUBT + first) * unseen;
    this.#doubtedAt = now;
  }

  #firstDoubt(now: number): number {
    const known = Math.max(0, now - this.#firstShownAt);
    return known > FADED ? 0 : FIRST_DOUBT * Math.exp(-known / FADING);
  }

  /**
   * As a store shows it. Looking changes nothing, so what is left alone is what it was when somebody last asked.
   *
   * @param margin How much is left alone in any case, in milliseconds of what flows in.
   */
  level(margin: number, now: number): BucketLevel {
    const { limit, level, rate, window } = this.bucket;
    return {
      dimension: this.dimension,
      limit,
      level: this.#windowed ? limit - this.#log.used(now) : level,
      rate,
      held: this.#windowed ? 0 : ((margin + this.#doubt) * limit) / window,
      foreign: this.#windowed ? 0 : this.bucket.foreign,
      pausedFor: Math.max(0, this.pausedUntil - now),
    };
  }
}
