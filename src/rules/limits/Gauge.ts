import type { Cost } from '../../model/Cost.ts';
import { DIMENSIONS, type Dimension } from '../../model/Dimension.ts';
import { isShown } from '../../model/LimitHeaders.ts';
import type { BucketLevel } from '../../model/Limits.ts';
import { Bucket } from './Bucket.ts';
import { Feedback, type Mark } from './Feedback.ts';
import { CONFIRMED, ForeignDoubt, type Shown } from './ForeignDoubt.ts';
import { WindowLog } from './WindowLog.ts';

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
  readonly #others: ForeignDoubt;
  /** What the reservations that are not settled sum up to. */
  #inFlight = 0;

  /** @param now Milliseconds of a clock that does not jump. */
  constructor(dimension: Dimension, limit: number, now: number) {
    const { unit, window } = DIMENSIONS[dimension];
    this.dimension = dimension;
    this.unit = unit;
    this.bucket = new Bucket(window, limit, now);
    this.#log = new WindowLog(window);
    this.#feedback = isShown(dimension) ? new Feedback() : undefined;
    this.#others = new ForeignDoubt(unit, now);
  }

  /**
   * In how many whole milliseconds a cost fits, or when to ask again because more will be known of others by then.
   *
   * @param kept How many units are to be left to what is more urgent.
   */
  waitFor(units: number, kept: number, margin: number, now: number): number {
    const rest = this.pausedUntil > now ? Math.ceil(this.pausedUntil - now) : 0;
    if (this.#windowed) return Math.max(rest, this.#log.waitFor(Math.max(0, this.bucket.limit - units - kept), now));
    const fits = this.bucket.waitFor(units + kept, margin + this.#others.doubt(this.bucket, now));
    return Math.max(rest, this.bucket.foreign > 0 ? Math.min(fits, CONFIRMED) : fits);
  }

  /** How many units are left in so many milliseconds when some of them are taken then. 0 where that is not known. */
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

  /** Notes the level after a charge, in units. */
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
    this.#others.changed();
  }

  /**
   * Counts what was corrected as what others have taken, or, above zero, as what they have not.
   *
   * @param inflow What flows into the fastest bucket of this unit, in units for each millisecond.
   * @param wasFull Whether the bucket was full since the last correction, so that what is taken for others was not seen.
   */
  blame(correction: number, inflow: number, now: number, wasFull = false): void {
    this.#others.blame(correction, inflow, now, wasFull);
  }

  /** Believes of others what is known of them at another limit of the same kind. */
  share(other: Gauge): void {
    this.#others.share(other.#others);
  }

  /** Whether the bucket was full since an answer last showed the level. */
  get wasFull(): boolean {
    return this.bucket.fullAt > this.#others.shownLast.event;
  }

  /** Notes that an answer shows the level, and tells when the last one did. */
  shown(event: number, now: number): Shown {
    return this.#others.shown(event, now);
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
      held: this.#windowed ? 0 : ((margin + this.#others.last) * limit) / window,
      foreign: this.#windowed ? 0 : this.bucket.foreign,
      pausedFor: Math.max(0, this.pausedUntil - now),
    };
  }
}
