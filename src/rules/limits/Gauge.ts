import type { Cost } from '../../model/Cost.ts';
import { DIMENSIONS, type Dimension } from '../../model/Dimension.ts';
import { isShown } from '../../model/LimitHeaders.ts';
import type { BucketLevel } from '../../model/Limits.ts';
import { Bucket } from './Bucket.ts';
import { Feedback, type Mark } from './Feedback.ts';
import { CONFIRMED, ForeignDoubt, type Shown } from './ForeignDoubt.ts';
import { WindowLog } from './WindowLog.ts';

/**
 * The state of one limit: our copy of its bucket, a log of recent charges in case the server counts within windows, the
 * estimated usage by others, and, for a limit that answers show, the feedback that corrects it.
 */
export class Gauge {
  readonly dimension: Dimension;
  readonly unit: keyof Cost;
  readonly bucket: Bucket;
  /** Until when the server asked us not to use this limit, in milliseconds. */
  pausedUntil = -Infinity;
  /** Whether the server was found to count charges within a window, instead of refilling continuously. */
  #windowed = false;
  /** When it became known, in milliseconds. */
  readonly #knownAt: number;
  readonly #log: WindowLog;
  readonly #feedback: Feedback | undefined;
  readonly #others: ForeignDoubt;
  /** The sum of the unsettled charges, in units. */
  #inFlight = 0;

  /** @param now Milliseconds of a monotonic clock. */
  constructor(dimension: Dimension, limit: number, now: number) {
    const { unit, window } = DIMENSIONS[dimension];
    this.dimension = dimension;
    this.unit = unit;
    this.bucket = new Bucket(window, limit, now);
    this.#knownAt = now;
    this.#log = new WindowLog(window);
    this.#feedback = isShown(dimension) ? new Feedback() : undefined;
    this.#others = new ForeignDoubt(unit, now);
  }

  /**
   * In how many whole milliseconds a cost fits. If others use the bucket, the wait is at most {@link CONFIRMED}, since
   * the estimate of their usage may have changed by then.
   *
   * @param kept The units that are left to more urgent requests.
   */
  waitFor(units: number, kept: number, margin: number, now: number): number {
    const rest = this.pausedUntil > now ? Math.ceil(this.pausedUntil - now) : 0;
    // It never fills: only a request that is to find out whether the limit was raised gets here.
    if (this.bucket.limit === 0) return rest;
    if (this.#windowed) return Math.max(rest, this.#log.waitFor(Math.max(0, this.bucket.limit - units - kept), now));
    const fits = this.bucket.waitFor(units + kept, margin + this.#others.doubt(this.bucket, now));
    return Math.max(rest, this.bucket.foreign > 0 ? Math.min(fits, CONFIRMED) : fits);
  }

  /**
   * The spare units after `ms` milliseconds, if `units` are taken then. If the server counts within windows, it is a
   * lower bound: no charge is assumed to leave the window until then.
   */
  spareIn(ms: number, units: number, margin: number, now: number): number {
    const { limit, level, rate, window } = this.bucket;
    if (this.#windowed) return Math.max(0, limit - units - this.#log.used(now));
    return Math.max(0, level + rate * ms - units - ((margin + this.#others.last) * limit) / window);
  }

  take(units: number, now: number): void {
    this.bucket.take(units);
    this.#log.add(units, now, now);
    this.#feedback?.take(units, now);
    this.#inFlight += units;
  }

  /** The state after a charge of `units`, or undefined if answers do not show this limit. */
  mark(units: number, now: number): Mark | undefined {
    return this.#feedback?.mark(this.bucket.level, this.#inFlight - units, now);
  }

  /**
   * Refunds the unused part of a charge, or charges the part that exceeded it.
   *
   * @param units The charge.
   * @param back The refund; negative if more was used than charged.
   * @param lost Whether the bucket was full since the server charged it, so that the refund may be lost there.
   */
  settle(units: number, back: number, lost: boolean, chargedAt: number, now: number): void {
    this.#inFlight -= units;
    if (back === 0) return;
    if (!lost) this.bucket.add(back);
    this.#log.add(-back, chargedAt, now);
  }

  /**
   * Compares the reported level with the mark of the request.
   *
   * @return The correction of the level, in units.
   */
  compare(mark: Mark, remaining: number, mayRaise: boolean, now: number): number {
    if (this.#feedback === undefined) return 0;
    const correction = this.#feedback.correction(mark, remaining, this.bucket.rate, now);
    if (correction > 0 && !mayRaise) {
      // A correction that is not applied must not be recorded, or later answers would seem to lack it.
      this.#feedback.shift(-correction);
      return 0;
    }
    this.bucket.add(correction);
    return correction;
  }

  /**
   * Adopts the level that an answer shows to a request that was charged before this limit was known, if it is lower
   * than expected: the first such answer may have been to a request that arrived before others.
   */
  adoptLevel(remaining: number, charged: number, now: number): void {
    const { limit, window } = this.bucket;
    this.lowerTo(Math.min(remaining + (limit / window) * (now - this.#knownAt), limit));
    this.#log.add(Math.max(0, limit - remaining - this.#log.used(now)), now, now);
    this.#inFlight += charged;
  }

  /** Applies a correction that was found at another limit of the same unit. */
  correct(units: number): void {
    const change = this.bucket.correct(units);
    this.#feedback?.shift(change);
  }

  /** Lowers the level to the one that the server reports, and returns the change in units. */
  lowerTo(units: number): number {
    // A refused request is not given back to the limits on requests.
    const change = this.bucket.lowerTo(units, this.unit !== 'requests');
    this.#feedback?.shift(change);
    return change;
  }

  /** Switches to counting the charges within a window. The usage attributed to others was due to the window. */
  countWindows(): void {
    this.#windowed = true;
    this.bucket.foreign = 0;
  }

  resize(limit: number): void {
    this.#feedback?.shift(limit - this.bucket.limit);
    this.bucket.resize(limit);
    this.#others.changed();
  }

  /**
   * Attributes a correction to others: below zero, they have used it; above zero, they have not used it after all.
   *
   * @param inflow The refill rate of the fastest bucket of this unit, in units per millisecond.
   * @param wasFull Whether the bucket was full since an answer last showed the level. Then the correction is all that
   * others have visibly used, and not the difference from the estimate.
   */
  blame(correction: number, inflow: number, now: number, wasFull = false): void {
    this.#others.blame(correction, inflow, now, wasFull);
  }

  /** Adopts the estimate of others from another limit of the same unit. */
  share(other: Gauge): void {
    this.#others.share(other.#others);
  }

  /** Whether the bucket was full since an answer last showed the level. */
  get wasFull(): boolean {
    return this.bucket.fullAt > this.#others.shownLast.event;
  }

  /** Notes that an answer shows the level, and returns when the previous one did. */
  shown(event: number, now: number): Shown {
    return this.#others.shown(event, now);
  }

  /**
   * The state that a store reports. Reading it changes nothing, so `held` is as it was when a wait was last computed.
   *
   * @param margin The part that is never used, in milliseconds of refill.
   */
  level(margin: number, now: number): BucketLevel {
    const { limit, level, rate, window } = this.bucket;
    return {
      dimension: this.dimension,
      limit,
      level: this.#windowed ? limit - this.#log.used(now) : level,
      rate,
      held: this.#windowed ? 0 : ((margin + this.#others.last) * limit) / window,
      foreign: this.#windowed ? 0 : this.bucket.foreign,
      pausedFor: Math.max(0, this.pausedUntil - now),
    };
  }
}
