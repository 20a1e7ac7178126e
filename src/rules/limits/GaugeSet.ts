import { DIMENSION_NAMES, type Dimension } from '../../model/Dimension.ts';
import { isShown } from '../../model/LimitHeaders.ts';
import type { Limits } from '../../model/Limits.ts';
import { merged } from '../merged.ts';
import { Gauge } from './Gauge.ts';

/** How long a limit that the server has reported is assumed not to be raised, in milliseconds. */
const BELIEVED = 300_000;

/** How many limits must match a plan: a single one may match by chance. */
const MARKS_OF_A_PLAN = 2;

/** The known limits of one model: each is the lower of the server's limit and our own ceiling. */
export class GaugeSet {
  /** In the order in which they became known. Callers may keep the list: a change replaces it. */
  all: readonly Gauge[] = [];
  /** The number of changes to the limits. */
  revision = 0;
  /** The limits that were assumed before the server reported any. */
  readonly #expected: Limits;
  readonly #allowed: { [D in Dimension]?: number | undefined };
  #ceilings: Limits = {};
  /** By dimension: when the request was charged whose answer reported the limit, in milliseconds. */
  readonly #told = new Map<Dimension, number>();
  readonly #plans: readonly Limits[];
  /** Whether the server was found to count charges within windows. */
  #windowed = false;

  /**
   * @param limits The limits that the server is assumed to have.
   * @param ceilings Limits that are never exceeded, even if the server allows more.
   * @param plans The limits of the server's plans.
   */
  constructor(limits: Limits, ceilings: Limits, plans: readonly Limits[], now: number) {
    this.#expected = limits;
    this.#allowed = { ...limits };
    this.#plans = plans;
    this.cap(ceilings, now);
  }

  find(dimension: Dimension | undefined): Gauge | undefined {
    return this.all.find((gauge) => gauge.dimension === dimension);
  }

  /**
   * The most that a request may cost: the size of the largest plan until the server reports a limit, and our ceiling
   * once its report is old. A client that refused such requests would never learn of a higher limit.
   */
  mostOf({ dimension, bucket: { limit } }: Gauge, now: number): number {
    const ceiling = this.#ceilings[dimension] ?? Infinity;
    const toldAt = this.#told.get(dimension);
    if (toldAt !== undefined) return now - toldAt > BELIEVED ? ceiling : limit;
    return Math.min(ceiling, Math.max(limit, ...this.#plans.map((plan) => plan[dimension] ?? Infinity)));
  }

  /** Changes our ceilings for the given dimensions. The used part of each bucket stays used. */
  cap(ceilings: Limits, now: number): void {
    this.#ceilings = merged(this.#ceilings, ceilings);
    for (const dimension of DIMENSION_NAMES) {
      const own = ceilings[dimension];
      // Only errors report hidden limits, and this value is newer than any of them.
      if (own !== undefined && !isShown(dimension)) this.#told.delete(dimension);
      const allowed = this.#told.has(dimension) ? undefined : own;
      this.#adopt(dimension, allowed ?? this.#allowed[dimension], now);
    }
  }

  /**
   * Adopts a limit that the server reports, and returns whether it is current. A higher limit is outdated if it was
   * reported to an earlier request than the known one: the limit was cut in between.
   *
   * @param askedAt When the request was charged whose answer reports the limit, in milliseconds.
   */
  hear(dimension: Dimension, limit: number, askedAt: number, now: number): boolean {
    const last = this.#told.get(dimension) ?? -Infinity;
    if (askedAt < last && limit > (this.#allowed[dimension] ?? Infinity)) return false;
    const isNews = !this.#told.has(dimension) || this.#allowed[dimension] !== limit;
    const isRaise = this.#told.has(dimension) && limit > (this.#allowed[dimension] ?? Infinity);
    this.#told.set(dimension, Math.max(last, askedAt));
    this.#adopt(dimension, limit, now);
    if (isRaise && isShown(dimension)) this.#forgetHidden(askedAt, now);
    if (isNews && isShown(dimension)) this.#followPlan(askedAt, now);
    return true;
  }

  /**
   * Raises a limit after the server has served a request that costs more, unless a later request was told the limit.
   *
   * @param askedAt When the served request was charged, in milliseconds.
   */
  exceed(dimension: Dimension, units: number, askedAt: number, now: number): void {
    if ((this.#told.get(dimension) ?? -Infinity) >= askedAt) return;
    // The cost exceeds only our own ceiling, which was lowered in the meantime.
    if (units <= (this.#allowed[dimension] ?? Infinity)) return;
    this.#told.delete(dimension);
    this.#adopt(dimension, Math.max(units, this.#expected[dimension] ?? 0), now);
  }

  /** Switches all limits to counting the charges within a window, also those that become known later. */
  countWindows(): void {
    this.#windowed = true;
    for (const gauge of this.all) gauge.countWindows();
  }

  /** Forgets what errors reported of hidden limits: a limit that answers show was raised, and so may these have been. */
  #forgetHidden(askedAt: number, now: number): void {
    for (const [dimension, toldAt] of [...this.#told]) {
      const expected = this.#expected[dimension];
      const isMore = (expected ?? Infinity) > (this.#allowed[dimension] ?? 0);
      if (isShown(dimension) || toldAt >= askedAt || !isMore) continue;
      this.#told.delete(dimension);
      this.#adopt(dimension, expected, now);
    }
  }

  /** Takes the hidden limits from the plan that the shown limits match, if it is the only one. */
  #followPlan(askedAt: number, now: number): void {
    const shown = [...this.#told.keys()].filter(isShown);
    if (shown.length < MARKS_OF_A_PLAN) return;
    const [plan, another] = this.#plans.filter((limits) =>
      shown.every((dimension) => limits[dimension] === this.#allowed[dimension]),
    );
    if (plan === undefined || another !== undefined) return;
    for (const dimension of DIMENSION_NAMES) {
      // A limit that the program has set applies to the account, until the server reports another one.
      const isOurs = this.#ceilings[dimension] !== undefined;
      if (isOurs || isShown(dimension) || (this.#told.get(dimension) ?? -Infinity) >= askedAt) continue;
      this.#told.delete(dimension);
      this.#adopt(dimension, plan[dimension], now);
    }
  }

  #adopt(dimension: Dimension, allowed: number | undefined, now: number): void {
    this.#allowed[dimension] = allowed;
    const limit = Math.min(allowed ?? Infinity, this.#ceilings[dimension] ?? Infinity);
    const gauge = this.find(dimension);
    if (limit === (gauge?.bucket.limit ?? Infinity)) return;
    this.revision += 1;
    if (gauge === undefined) this.#add(new Gauge(dimension, limit, now));
    else if (limit === Infinity) this.all = this.all.filter((other) => other !== gauge);
    else gauge.resize(limit);
  }

  #add(gauge: Gauge): void {
    if (this.#windowed) gauge.countWindows();
    this.all = [...this.all, gauge];
  }
}
