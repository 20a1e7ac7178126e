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
import { keptOf } from './keptOf.ts';
import { LimitLearner } from './LimitLearner.ts';
import { type Marks, type OpenReservation, OpenReservations } from './OpenReservations.ts';
import { restingLevel } from './restingLevel.ts';

/** Options of {@link LimitMirror}. */
export interface LimitMirrorConfig {
  /** The known limits. Answers correct them. */
  readonly limits: Limits;
  /** Limits that are never exceeded, even if the server allows more. */
  readonly ceilings: Limits;
  /** The limits of the server's plans. If the limits that answers show match a plan, the others are taken from it. */
  readonly plans: readonly Limits[];
  /** The part of each bucket that is not used, in milliseconds of refill. */
  readonly margin: number;
  /** Whether the server is known to keep the unused part of a charge. Otherwise answers show it. */
  readonly keeps: boolean;
  /** The fraction of each daily limit that a priority leaves to more urgent requests. */
  readonly pacing?: Pacing | undefined;
  /** How long other requests wait for the first answer, in milliseconds; 0 if the buckets are known to be full. */
  readonly probe: number;
}

/** The minimum time between the charges of requests whose answers are compared, in milliseconds. */
const MARK_INTERVAL = 5;

/**
 * The fraction of each bucket that may be charged before an answer has shown its level: enough for a few requests, of
 * which the shortest answer shows the level.
 */
const UNKNOWN_SHARE = 0.05;

const GRANTED: Verdict = { type: 'granted' };

/**
 * Mirrors the server's limits on one model, based on the requests sent and the answers received. {@link Bucket}
 * explains why its levels do not exceed the server's, {@link LimitLearner} how answers correct them.
 */
export class LimitMirror {
  readonly #config: LimitMirrorConfig;
  readonly #gauges: GaugeSet;
  readonly #open = new OpenReservations();
  readonly #learner: LimitLearner;
  /** The number of the latest event. It orders events that share a millisecond. */
  #event = 0;
  /** The first request, until it is settled or an answer has shown the levels. */
  #probe: { readonly reservation: Reservation; readonly until: number } | undefined;
  #markedAt = -Infinity;

  constructor(config: LimitMirrorConfig, now: number) {
    this.#config = config;
    this.#gauges = new GaugeSet(config.limits, config.ceilings, config.plans, now);
    this.#learner = new LimitLearner(this.#gauges, { known: config.probe === 0, keeps: config.keeps });
  }

  /** Whether all reservations are settled, and no pause that the server asked for is in effect. */
  isIdle(now: number): boolean {
    return (
      this.#open.size === 0 &&
      this.#learner.rest(now) === 0 &&
      this.#gauges.all.every(({ pausedUntil }) => pausedUntil <= now)
    );
  }

  /** The number of changes to the limits. */
  get revision(): number {
    return this.#gauges.revision;
  }

  /** Charges the cost to every bucket, or to none. */
  reserve(reservation: Reservation, now: number): Verdict {
    if (this.#open.get(reservation) !== undefined) return GRANTED;
    const { cost, priority = 'high' } = reservation;
    const { margin } = this.#config;
    const event = this.#next(now);
    const probing = Math.max(0, Math.ceil((this.#probe?.until ?? now) - now));
    // If the limit on tokens is not known, no fraction of it can be charged: everything waits for the first answer.
    const isBlind = probing > 0 && this.#gauges.find('tpm') === undefined;
    let ms = Math.max(this.#learner.rest(now), isBlind ? probing : 0);
    /** The wait if nothing were left to more urgent requests, in milliseconds. */
    let unpaced = ms;
    let worst: Gauge | undefined;
    for (const gauge of this.#gauges.all) {
      const { bucket, dimension, unit } = gauge;
      const units = cost[unit];
      if (units === 0) continue;
      // The limit may have been raised, which only the server can tell.
      const asks = units > bucket.limit;
      if (asks && units > this.#gauges.mostOf(gauge, now)) {
        return { type: 'never', dimension, cost: units, limit: bucket.limit };
      }
      bucket.refill(now, event);
      const kept = keptOf(gauge.bucket, this.#config.pacing)?.[priority] ?? 0;
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

  /** The spare part of each bucket after a reservation that waits `ms` milliseconds has been charged. */
  #headroom({ cost, priority = 'high' }: Reservation, ms: number, now: number): Headroom[] {
    const { margin } = this.#config;
    const drawnOn = this.#gauges.all.filter(({ unit }) => cost[unit] > 0);
    return drawnOn.map((gauge) => {
      const { bucket, dimension, unit } = gauge;
      const needed = cost[unit] + (keptOf(gauge.bucket, this.#config.pacing)?.[priority] ?? 0);
      return { dimension, rate: bucket.rate, spare: gauge.spareIn(ms, needed, margin, now) };
    });
  }

  /** Called when a request was sent. */
  sent(reservation: Reservation, now: number): void {
    const open = this.#open.get(reservation);
    if (open !== undefined) this.#open.send(open, now);
  }

  /** Settles a reservation, and returns whether it was still open: then others may fit earlier. */
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
      // If the bucket was full since the server charged the request, the refund may be lost there.
      const lost = isUse && back > 0 && gauge.bucket.fullAt > open.arrivedAt;
      gauge.settle(units, kept ? 0 : back, lost, open.at, now);
      // The tokens of a day cannot have overflowed where those of a minute did not, which show what was used.
      if (outcome.type === 'unknown' && gauge.dimension === 'tpd') gauge.bucket.doubt(units);
    }
    this.#learner.settled(open, outcome, this.#open, event, now);
    return true;
  }

  /** Called with the headers of an answer, which imply that the server has charged the reservation. */
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

  /** Changes the given ceilings. */
  cap(ceilings: Limits, now: number): void {
    this.#gauges.cap(ceilings, now);
  }

  levels(now: number): readonly BucketLevel[] {
    const event = this.#next(now);
    const rest = this.#learner.rest(now);
    if (this.#gauges.all.length === 0) return rest > 0 ? [restingLevel(rest)] : [];
    return this.#gauges.all.map((gauge) => {
      gauge.bucket.refill(now, event);
      const kept = keptOf(gauge.bucket, this.#config.pacing);
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

  /** Numbers a new event, after the arrivals that must have happened in the meantime without an answer. */
  #next(now: number): number {
    for (let open = this.#open.overdue(now); open !== undefined; open = this.#open.overdue(now)) {
      // The arrival is applied at its own time: the bucket may have filled up further since then.
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
    // Until the levels are known, every answer is compared.
    if (this.#learner.known && now - this.#markedAt < MARK_INTERVAL) return undefined;
    this.#markedAt = now;
    return this.#learner.mark(cost, now);
  }
}
