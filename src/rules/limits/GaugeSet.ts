import { DIMENSION_NAMES, type Dimension } from '../../model/Dimension.ts';
import { isShown } from '../../model/LimitHeaders.ts';
import type { Limits } from '../../model/Limits.ts';
import { merged } from '../merged.ts';
import { Gauge } from './Gauge.ts';

/** For how long a limit that the server has told is believed to be no larger, in milliseconds. */
const BELIEVED = 300_000;

/** How many limits have to be those of one plan: a single one may be so by chance. */
const MARKS_OF_A_PLAN = 2;

/** The limits of one model, as far as they are known: each is the lower of what the server allows and of our own. */
export class GaugeSet {
  /** In the order in which they became known. A new list whenever that changes, since callers may keep it. */
  all: readonly Gauge[] = [];
  /** How often a limit has changed. */
  revision = 0;
  /** What the server was believed to allow before it said anything. */
  readonly #expected: Limits;
  readonly #allowed: { [D in Dimension]?: number | undefined };
  #ceilings: Limits = {};
  /** The dimensions whose limit the server has told, with when the request was charged that was told. */
  readonly #told = new Map<Dimension, number>();
  readonly #plans: readonly Limits[];

  /**
   * @param limits What the server is believed to allow.
   * @param ceilings What is never exceeded, whatever the server allows.
   * @param plans Limits that go together at the server.
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
   * How much may be asked for at once: a limit that the server has not told lately may be larger by now, and whoever was
   * refused here would never find out.
   */
  mostOf({ dimension, bucket: { limit } }: Gauge, now: number): number {
    const ceiling = this.#ceilings[dimension] ?? Infinity;
    const toldAt = this.#told.get(dimension);
    if (toldAt !== undefined) return now - toldAt > BELIEVED ? ceiling : limit;
    return Math.min(ceiling, Math.max(limit, ...this.#plans.map((plan) => plan[dimension] ?? Infinity)));
  }

  /** Changes our own limits, dimension by dimension. What is missing from full stays missing. */
  cap(ceilings: Limits, now: number): void {
    this.#ceilings = merged(this.#ceilings, ceilings);
    for (const dimension of DIMENSION_NAMES) {
      const own = ceilings[dimension];
      // What answers do not show the server has said in passing, and what we are told is newer.
      if (own !== undefined && !isShown(dimension)) this.#told.delete(dimension);
      const allowed = this.#told.has(dimension) ? undefined : own;
      this.#adopt(dimension, allowed ?? this.#allowed[dimension], now);
    }
  }

  /**
   * Takes the server's word for a limit, and tells whether it still holds: a higher one may be from before the limit
   * was cut, when it was said to an earlier request than the one that we know.
   *
   * @param askedAt When the request was charged that was told so, in milliseconds.
   */
  hear(dimension: Dimension, limit: number, askedAt: number, now: number): boolean {
    const last = this.#told.get(dimension) ?? -Infinity;
    if (askedAt < last && limit > (this.#allowed[dimension] ?? Infinity)) return false;
    const isNews = !this.#told.has(dimension) || this.#allowed[dimension] !== limit;
    this.#told.set(dimension, Math.max(last, askedAt));
    this.#adopt(dimension, limit, now);
    if (isNews && isShown(dimension)) this.#followPlan(askedAt, now);
    return true;
  }

  /**
   * The server has served more at once than a limit was believed to hold, so it is not what was told before.
   *
   * @param askedAt When the request was charged that was served, in milliseconds.
   */
  exceed(dimension: Dimension, units: number, askedAt: number, now: number): void {
    if ((this.#told.get(dimension) ?? -Infinity) >= askedAt) return;
    this.#told.delete(dimension);
    this.#adopt(dimension, Math.max(units, this.#expected[dimension] ?? 0), now);
  }

  /** Takes the limits that answers do not show from the plan to which those belong that they show. */
  #followPlan(askedAt: number, now: number): void {
    const shown = [...this.#told.keys()].filter(isShown);
    if (shown.length < MARKS_OF_A_PLAN) return;
    const [plan, another] = this.#plans.filter((limits) =>
      shown.every((dimension) => limits[dimension] === this.#allowed[dimension]),
    );
    if (plan === undefined || another !== undefined) return;
    for (const dimension of DIMENSION_NAMES) {
      // Where we were told a limit of our own, that is the account's as well until the server says otherwise.
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
    if (gauge === undefined) this.all = [...this.all, new Gauge(dimension, limit, now)];
    else if (limit === Infinity) this.all = this.all.filter((other) => other !== gauge);
    else gauge.resize(limit);
  }
}
