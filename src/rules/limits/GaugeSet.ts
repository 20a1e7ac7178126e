import { DIMENSION_NAMES, type Dimension } from '../../model/Dimension.ts';
import type { Limits } from '../../model/Limits.ts';
import { merged } from '../merged.ts';
import { Gauge } from './Gauge.ts';

/** The limits of one model, as far as they are known: each is the lower of what the server allows and of our own. */
export class GaugeSet {
  /** In the order in which they became known. */
  readonly all: Gauge[] = [];
  /** How often a limit has changed. */
  revision = 0;
  readonly #allowed: { [D in Dimension]?: number | undefined };
  #ceilings: Limits = {};
  /** Of which dimensions the server has told its limit, and when the request was charged that was told it. */
  readonly #told = new Map<Dimension, number>();

  /**
   * @param limits What the server is believed to allow.
   * @param ceilings What is never exceeded, whatever the server allows.
   */
  constructor(limits: Limits, ceilings: Limits, now: number) {
    this.#allowed = { ...limits };
    this.cap(ceilings, now);
  }

  find(dimension: Dimension | undefined): Gauge | undefined {
    return this.all.find((gauge) => gauge.dimension === dimension);
  }

  /** Changes our own limits, dimension by dimension. What is missing from full stays missing. */
  cap(ceilings: Limits, now: number): void {
    this.#ceilings = merged(this.#ceilings, ceilings);
    for (const dimension of DIMENSION_NAMES) {
      // Where the server has said nothing, its limit is what we are told.
      const allowed = this.#told.has(dimension) ? undefined : ceilings[dimension];
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
    this.#told.set(dimension, Math.max(last, askedAt));
    this.#adopt(dimension, limit, now);
    return true;
  }

  #adopt(dimension: Dimension, allowed: number | undefined, now: number): void {
    this.#allowed[dimension] = allowed;
    const limit = Math.min(allowed ?? Infinity, this.#ceilings[dimension] ?? Infinity);
    const gauge = this.find(dimension);
    if (limit === Infinity || gauge?.bucket.limit === limit) return;
    this.revision += 1;
    if (gauge === undefined) this.all.push(new Gauge(dimension, limit, now));
    else gauge.resize(limit);
  }
}
