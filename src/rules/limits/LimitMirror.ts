import type { Cost } from '../../model/Cost.ts';
import type { LimitHeaders } from '../../model/LimitHeaders.ts';
import type { BucketLevel, Limits } from '../../model/Limits.ts';
import type { Outcome } from '../../model/Outcome.ts';
import type { Pacing } from '../../model/Priority.ts';
import type { Reservation } from '../../model/Reservation.ts';
import type { Headroom, Verdict } from '../../model/Verdict.ts';
import { LONGEST_WAY } from './Bucket.ts';
import type { Gauge } from './Gauge.ts';
import { GaugeSet } from './GaugeSet.ts';
import { givenBack } from './givenBack.ts';
import { LimitLearner } from './LimitLearner.ts';
import { type Marks, type OpenReservation, OpenReservations } from './OpenReservations.ts';
import { restingLevel } from './restingLevel.ts';

/** What a {@link LimitMirror} starts from. */
export interface LimitMirrorConfig {
  /** The limits as far as they are known. Answers correct them. */
  readonly limits: Limits;
  /** Limits that are never exceeded, whatever the server allows. */
  readonly ceilings: Limits;
  /** Limits that go together at the server, so that those it shows tell of those it does not. */
  readonly plans: readonly Limits[];
  /** How much of each bucket is left alone, in milliseconds of what flows in. */
  readonly margin: number;
  /** Whether the server is known to keep what was charged and not used. Otherwise it is found out. */
  readonly keeps: boolean;
  /** Which part of the daily limits each priority leaves to what is more urgent. */
  readonly pacing?: Pacing | undefined;
  /** For how long the first request is awaited before others follow, in milliseconds; 0 when the buckets are full. */
  readonly probe: number;
}

const DAY = 86_400_000;

/** How often an answer is compared at the most, in milliseconds between the charges of their requests. */
const MARK_INTERVAL = 5;

/**
 * Which part of each bucket may be charged before an answer has shown how full it is: a few requests, of which the
 * shortest one tells.
 */
const UNKNOWN_SHARE = 0.05;

const GRANTED: Verdict = { type: 'granted' };

/**
 * Mirrors the limits that one model has at the server, from what is sent and what comes back. See {@link Bucket} for
 * why it never believes the server to have more than it has, and {@link LimitLearner} for how it is corrected.
 */
export class LimitMirror {
  readonly #config: LimitMirrorConfig;
  readonly #gauges: GaugeSet;
  readonly #open = new OpenReservations();
  readonly #learner: LimitLearner;
  /** Counts what happens, to know what came first. */
  #event = 0;
  /** The first request, until an answer has shown the true levels. */
  #probe: { readonly reservation: Reservation; readonly until: number } | undefined;
  #markedAt = -Infinity;

  constructor(config: LimitMirrorConfig, now: number) {
    this.#config = config;
    this.#gauges = new GaugeSet(config.limits, config.ceilings, config.plans, now);
    this.#learner = new LimitLearner(this.#gauges, { known: config.probe === 0, keeps: config.keeps });
  }

  /** Whether every reservation is settled, and the server has not asked for a pause that still lasts. */
  isIdle(now: number): boolean {
    return (
      this.#open.size === 0 &&
      this.#learner.rest(now) === 0 &&
      this.#gauges.all.every(({ pausedUntil }) => pausedUntil <= now)
    );
  }

  /** How often the limits have changed. */
  get revision(): number {
    return this.#gauges.revision;
  }

  /** Takes the cost out of every bucket, or out of none. */
  reserve(reservation: Reservation, now: number): Verdict {
    if (this.#open.get(reservation) !== undefined) return GRANTED;
    const { cost, priority = 'high' } = reservation;
    const { margin } = this.#config;
    const event = this.#next(now);
    const probing = Math.max(0, Math.ceil((this.#probe?.until ?? now) - now));
    // Of a limit that is not known yet there is no part.
    let ms = Math.max(this.#learner.rest(now), this.#gauges.all.length === 0 ? probing : 0);
    /** What it would be if nothing was left to what is more urgent. */
    let unpaced = ms;
    let worst: Gauge | undefined;
    for (const gauge of this.#gauges.all) {
      const { bucket, dimension, unit } = gauge;
      const units = cost[unit];
      if (units === 0) continue;
      // Whether the limit is larger by now only the server can tell.
      const asks = units > bucket.limit;
      if (asks && units > this.#gauges.mostOf(gauge, now)) {
        return { type: 'never', dimension, cost: units, limit: bucket.limit };
      }
      bucket.refill(now, event);
      const kept = this.#keptOf(gauge)?.[priority] ?? 0;
      const isKnown = probing === 0 || bucket.level - units >= bucket.limit * (1 - UNKNOWN_SHARE);
      const least = isKnown ? 0 : probing;
      const needed = asks ? 0 : units;
      const wait = Math.max(gauge.waitFor(needed, kept, margin, now), least);
      unpaced = Math.max(unpaced, kept === 0 ? wait : Math.max(gauge.waitFor(needed, 0, margin, now), least));
      if (wait > ms || worst === undefined) {
        ms = Math.max(ms, wait);
        worst = gauge;
      }
    }
    if (ms > 0) {
      const { dimension = 'rpm', bucket: { rate } = { rate: Infinity } } = worst ?? {};
      return {
        type: 'wait',
        ms,
        dimension,
        rate,
        yields: ms > unpaced,
        headroom: this.#headroom(reservation, ms, now),
      };
    }
    this.#take(reservation, now);
    return GRANTED;
  }

  /** What is left of each bucket when a reservation that waits so many milliseconds has been served. */
  #headroom({ cost, priority = 'high' }: Reservation, ms: number, now: number): Headroom[] {
    const { margin } = this.#config;
    const drawnOn = this.#gauges.all.filter(({ unit }) => cost[unit] > 0);
    return drawnOn.map((gauge) => {
      const { bucket, dimension, unit } = gauge;
      const needed = cost[unit] + (this.#keptOf(gauge)?.[priority] ?? 0);
      return { dimension, rate: bucket.rate, spare: gauge.spareIn(ms, needed, margin, now) };
    });
  }

  /** Called when a request was sent. */
  sent(reservation: Reservation, now: number): void {
    const open = this.#open.get(reservation);
    if (open !== undefined) this.#open.send(open, now);
  }

  /** Ends a reservation, and tells whether others may fit earlier for it. */
  settle(reservation: Reservation, outcome: Outcome, now: number): boolean {
    const open = this.#open.get(reservation);
    if (open === undefined) return false;
    this.#open.delete(reservation);
    const event = this.#next(now);
    if (this.#probe?.reservation === reservation) this.#probe = undefined;
    this.#arrive(open, now, event);
    const isUse = outcome.type === 'used';
    for (const gauge of open.gauges) {
      const units = open.cost[gauge.unit];
      const back = givenBack(open, outcome, gauge);
      const kept = isUse && back > 0 && gauge.unit !== 'requests' && this.#learner.keeps;
      // A refund to a bucket that was full since it was charged may have been lost at the server.
      const lost = isUse && back > 0 && gauge.bucket.fullAt > open.arrivedAt;
      gauge.settle(units, kept ? 0 : back, lost, open.at, now);
    }
    this.#learner.settled(open, outcome, this.#open, event, now);
    return true;
  }

  /** Called when the server has charged a reservation, with what it reports. */
  learn(reservation: Reservation, headers: LimitHeaders, now: number): boolean {
    const open = this.#open.get(reservation);
    if (open === undefined || open.heard) return false;
    open.heard = true;
    const event = this.#next(now);
    this.#probe = undefined;
    this.#arrive(open, now, event);
    this.#learner.learn(open, headers, event, now);
    return true;
  }

  /** Changes the limits that are never exceeded, dimension by dimension. */
  cap(ceilings: Limits, now: number): void {
    this.#gauges.cap(ceilings, now);
  }

  levels(now: number): readonly BucketLevel[] {
    const event = this.#next(now);
    const rest = this.#learner.rest(now);
    if (this.#gauges.all.length === 0) return rest > 0 ? [restingLevel(rest)] : [];
    return this.#gauges.all.map((gauge) => {
      gauge.bucket.refill(now, event);
      const kept = this.#keptOf(gauge);
      const level = gauge.level(this.#config.margin, now);
      const atMost = this.#gauges.mostOf(gauge, now);
      return {
        ...level,
        pausedFor: Math.max(level.pausedFor, rest),
        ...(kept !== undefined && { kept }),
        ...(atMost > level.limit && { atMost }),
      };
    });
  }

  /** What each priority leaves of a bucket to what is more urgent. */
  #keptOf({ bucket: { limit, window } }: Gauge): BucketLevel['kept'] {
    const { pacing } = this.#config;
    if (pacing === undefined || window !== DAY) return undefined;
    const { high, normal, low, background } = pacing;
    return { high: limit * high, normal: limit * normal, low: limit * low, background: limit * background };
  }

  /** Numbers what happens now, after what has happened by itself: requests that must have arrived. */
  #next(now: number): number {
    for (let open = this.#open.overdue(now); open !== undefined; open = this.#open.overdue(now)) {
      // Since then the bucket may have filled up further without being updated.
      this.#arrive(open, open.sentAt + LONGEST_WAY, ++this.#event);
    }
    return ++this.#event;
  }

  /** Notes that the server has charged a reservation. */
  #arrive(open: OpenReservation, now: number, event: number): void {
    const isNew = this.#open.arrive(open, event);
    for (const { bucket, unit } of open.gauges) {
      bucket.refill(now, event);
      if (isNew) bucket.arrive(open.cost[unit]);
    }
  }

  #take(reservation: Reservation, now: number): void {
    const { cost } = reservation;
    const { all } = this.#gauges;
    for (const gauge of all) gauge.take(cost[gauge.unit], now);
    this.#learner.charged(cost.tokens);
    const marks = this.#mark(cost, now);
    const open: OpenReservation = {
      cost,
      at: now,
      chargedAt: this.#event,
      sentAt: -1,
      gauges: all,
      arrivedAt: -1,
      heard: false,
      raised: 0,
      marks,
      previous: undefined,
      next: undefined,
    };
    this.#open.add(reservation, open);
    if (!this.#learner.known && this.#probe === undefined) {
      this.#probe = { reservation, until: now + this.#config.probe };
    }
  }

  #mark(cost: Cost, now: number): Marks | undefined {
    // As long as nothing is known, each answer has to show something.
    if (this.#learner.known && now - this.#markedAt < MARK_INTERVAL) return undefined;
    this.#markedAt = now;
    return this.#learner.mark(cost, now);
  }
}
