import type { Cost } from '../model/Cost.ts';
import { DIMENSION_NAMES, type Dimension } from '../model/Dimension.ts';
import type { Outcome, Rejection, Reservation, Verdict } from '../model/Grant.ts';
import type { HeaderLevel, LimitHeaders } from '../model/LimitHeaders.ts';
import type { BucketLevel, Limits } from '../model/Limits.ts';
import type { Pacing } from '../model/Priority.ts';
import type { Mark } from './Feedback.ts';
import { Gauge } from './Gauge.ts';
import { type Account, RefundWatch } from './RefundWatch.ts';

/** What a {@link LimitMirror} starts from. */
export interface LimitMirrorConfig {
  /** The limits as far as they are known. Answers correct them. */
  readonly limits: Limits;
  /** Limits that are never exceeded, whatever the server allows. */
  readonly ceilings: Limits;
  /** How much of each bucket is left alone, in milliseconds of what flows in. */
  readonly margin: number;
  /** Whether the server is known to keep what was charged and not used. Otherwise it is found out. */
  readonly keeps: boolean;
  /** Which part of the daily limits each priority leaves to what is more urgent. */
  readonly pacing?: Pacing | undefined;
  /** For how long the first request is awaited before others follow, in milliseconds; 0 when the buckets are full. */
  readonly probe: number;
}

interface Entry {
  readonly cost: Cost;
  /** When it was charged here, in milliseconds. */
  readonly at: number;
  /** How many of the limits were charged: those that were known by then. */
  gauges: number;
  /** The number of the event at which the server had charged it, or -1 as long as that is not known. */
  arrivedAt: number;
  rpd: Mark | undefined;
  tpm: Mark | undefined;
  account: Account | undefined;
}

/** How long a request is on its way to the server at the most, in milliseconds, when no answer shows it to be there. */
const LONGEST_WAY = 1_000;

/** By how much a wait may differ from what flowing back takes, and still be taken for that, in milliseconds. */
const FLOW_TOLERANCE = 1_500;

/** How many waits in a row have to differ, to take the server for one that counts within windows. */
const STRANGE = 2;

/** How long a bucket rests after a 429 that does not say how long: twice as long each time, in milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

const DAY = 86_400_000;

const GRANTED: Verdict = { type: 'granted' };

/**
 * Mirrors the buckets that one model has at the server, from what is sent and what comes back. See {@link Bucket} for
 * why it never believes the server to have more than it has, and {@link Feedback} for how it is corrected.
 */
export class LimitMirror {
  readonly #config: LimitMirrorConfig;
  readonly #gauges: Gauge[] = [];
  readonly #entries = new Map<string, Entry>();
  /** Those that the server has perhaps not charged yet, oldest first. */
  readonly #travelling = new Set<Entry>();
  /** What the server allows, as far as it is known. */
  readonly #allowed: { [D in Dimension]?: number | undefined };
  #ceilings: Limits = {};
  /** Of which dimensions the server has told its limit. */
  readonly #told = new Set<Dimension>();
  /** Counts what happens, to know what came first. */
  #event = 0;
  /** The first request, until its answer has shown the true levels. */
  #probe: { readonly id: string; readonly until: number } | undefined;
  #known: boolean;
  /** How many 429s have come since the last answer, and until when all rests for one that names no bucket of ours. */
  #rejections = 0;
  #pausedUntil = -Infinity;
  readonly #refunds = new RefundWatch();
  /** How many waits in a row were not what flowing back would take. */
  #strange = 0;
  /** How often the limits have changed. */
  #revision = 0;

  constructor(config: LimitMirrorConfig, now: number) {
    this.#config = config;
    this.#allowed = { ...config.limits };
    this.#known = config.probe === 0;
    this.cap(config.ceilings, now);
  }

  get revision(): number {
    return this.#revision;
  }

  /** Takes the cost out of every bucket, or out of none. */
  reserve({ id, cost, priority = 'high' }: Reservation, now: number): Verdict {
    if (this.#entries.has(id)) return GRANTED;
    const event = this.#next(now);
    let ms = Math.max(0, Math.ceil((this.#probe?.until ?? now) - now), Math.ceil(this.#pausedUntil - now));
    let worst: Gauge | undefined;
    let yields = ms === 0;
    for (const gauge of this.#gauges) {
      const { bucket, dimension, unit } = gauge;
      const units = cost[unit];
      if (units === 0) continue;
      if (units > bucket.limit) return { type: 'never', dimension, cost: units, limit: bucket.limit };
      bucket.refill(now, event);
      const kept = bucket.window === DAY ? bucket.limit * (this.#config.pacing?.[priority] ?? 0) : 0;
      const wait = gauge.waitFor(units, kept, this.#config.margin, now);
      if (wait > 0 && (kept === 0 || gauge.waitFor(units, 0, this.#config.margin, now) > 0)) yields = false;
      if (wait > ms || worst === undefined) {
        ms = Math.max(ms, wait);
        worst = gauge;
      }
    }
    if (ms > 0) {
      return { type: 'wait', ms, dimension: worst?.dimension ?? 'rpm', rate: worst?.bucket.rate ?? Infinity, yields };
    }
    this.#take(id, cost, now);
    return GRANTED;
  }

  /** Ends a reservation, and tells whether others may fit earlier for it. */
  settle({ id }: Reservation, outcome: Outcome, now: number): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    this.#entries.delete(id);
    const event = this.#next(now);
    if (this.#probe?.id === id) this.#probe = undefined;
    this.#arrive(entry, now, event);
    for (const gauge of this.#chargedBy(entry)) {
      const units = entry.cost[gauge.unit];
      const back = this.#refunded(outcome, gauge.unit, givenBack(outcome, gauge.unit, units));
      // A refund to a bucket that was full since it was charged may have been lost at the server.
      const lost = back > 0 && outcome.type === 'used' && gauge.bucket.fullAt > entry.arrivedAt;
      gauge.settle(units, back, lost, entry.at, now);
      if (gauge.dimension !== 'tpm') continue;
      if (outcome.type === 'used') this.#refunds.refund(Math.max(0, units - outcome.cost[gauge.unit]));
      else if (outcome.type !== 'unknown') this.#refunds.undo(units);
    }
    if (outcome.type === 'rejected') this.#obey(outcome, entry, event, now);
    else if (outcome.type === 'used') this.#rejections = 0;
    return true;
  }

  /** Hears that the server has charged a reservation, and what it reports. */
  learn({ id }: Reservation, headers: LimitHeaders, now: number): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    const event = this.#next(now);
    if (this.#probe?.id === id) this.#probe = undefined;
    this.#arrive(entry, now, event);
    this.#compare('rpd', headers.rpd, entry, event, now);
    this.#compare('tpm', headers.tpm, entry, event, now);
    this.#known = true;
    return true;
  }

  /** Changes the limits that are never exceeded, dimension by dimension. What is missing from full stays missing. */
  cap(ceilings: Limits, now: number): void {
    this.#ceilings = { ...this.#ceilings, ...ceilings };
    for (const dimension of DIMENSION_NAMES) {
      // Where the server has said nothing, its limit is what we are told.
      const allowed = this.#told.has(dimension) ? undefined : ceilings[dimension];
      this.#adopt(dimension, allowed ?? this.#allowed[dimension], now);
    }
  }

  levels(now: number): readonly BucketLevel[] {
    const event = this.#next(now);
    return this.#gauges.map((gauge) => {
      gauge.bucket.refill(now, event);
      return gauge.level(now);
    });
  }

  /** What is given back, unless the server was seen to keep what was not used. */
  #refunded(outcome: Outcome, unit: keyof Cost, back: number): number {
    const keeps = this.#config.keeps || this.#refunds.keeps;
    return keeps && outcome.type === 'used' && unit !== 'requests' ? Math.min(0, back) : back;
  }

  /** Numbers what happens now, after what has happened by itself: requests that must have arrived. */
  #next(now: number): number {
    for (const entry of this.#travelling) {
      if (entry.at + LONGEST_WAY > now) break;
      this.#arrive(entry, now, ++this.#event);
    }
    return ++this.#event;
  }

  /** Notes that the server has charged a reservation. */
  #arrive(entry: Entry, now: number, event: number): void {
    const isNew = this.#travelling.delete(entry);
    for (const { bucket, unit } of this.#chargedBy(entry)) {
      bucket.refill(now, event);
      if (isNew) bucket.arrive(entry.cost[unit]);
    }
    if (isNew) entry.arrivedAt = event;
  }

  #take(id: string, cost: Cost, now: number): void {
    const entry: Entry = {
      cost,
      at: now,
      gauges: this.#gauges.length,
      arrivedAt: -1,
      rpd: undefined,
      tpm: undefined,
      account: undefined,
    };
    for (const gauge of this.#gauges) {
      const mark = gauge.take(cost[gauge.unit], now);
      if (gauge.dimension === 'rpd') entry.rpd = mark;
      else if (gauge.dimension === 'tpm') {
        entry.tpm = mark;
        entry.account = this.#refunds.charge(cost[gauge.unit], now);
      }
    }
    this.#entries.set(id, entry);
    this.#travelling.add(entry);
    if (!this.#known && this.#probe === undefined) this.#probe = { id, until: now + this.#config.probe };
  }

  #chargedBy(entry: Entry): readonly Gauge[] {
    return entry.gauges === this.#gauges.length ? this.#gauges : this.#gauges.slice(0, entry.gauges);
  }

  #compare(dimension: 'rpd' | 'tpm', seen: HeaderLevel | undefined, entry: Entry, event: number, now: number): void {
    if (seen === undefined) return;
    const { limit, remaining } = seen;
    const isNew = this.#find(dimension) === undefined;
    if (limit !== undefined && limit > 0) this.#hear(dimension, limit, now);
    const gauge = this.#find(dimension);
    if (gauge === undefined || remaining === undefined) return;
    const mark = entry[dimension];
    if (seen.reset !== undefined && limit !== undefined) this.#watchFlow(gauge, limit - remaining, seen.reset);
    if (mark !== undefined) {
      // Under a ceiling of our own the server always has more.
      this.#correct(gauge, mark, entry, remaining, gauge.bucket.limit === limit, event, now);
    } else if (isNew && entry.gauges === this.#gauges.length - 1) {
      gauge.adoptLevel(remaining, entry.cost[gauge.unit], now);
      entry.gauges += 1;
    }
  }

  /** Corrects a limit by what an answer shows of it, and looks for who has made the difference. */
  #correct(
    gauge: Gauge,
    mark: Mark,
    entry: Entry,
    remaining: number,
    mayRaise: boolean,
    event: number,
    now: number,
  ): void {
    if (gauge.dimension === 'tpm' && entry.account !== undefined) {
      if (gauge.wasFull) this.#refunds.startOver();
      this.#refunds.observe(entry.account, remaining, gauge.bucket.limit / gauge.bucket.window);
    }
    const correction = gauge.compare(mark, remaining, mayRaise, now);
    // What was used before we came is nobody's traffic.
    if (this.#known) this.#blame(gauge, correction, event, now);
  }

  /** Holds others accountable for a correction, also at the limits of the same kind that no answer shows. */
  #blame(gauge: Gauge, correction: number, event: number, now: number): void {
    const { at, event: lastEvent } = gauge.shown(event, now);
    gauge.blame(correction, now);
    for (const other of this.#gauges) {
      if (other === gauge || other.unit !== gauge.unit) continue;
      // What was taken before a bucket was full is no longer missing in it.
      const back = other.bucket.fullAt > lastEvent ? other.bucket.rate * (now - at) : 0;
      other.correct(Math.min(0, correction + back) + Math.max(0, correction));
      other.share(gauge);
    }
  }

  /** Does as a 429 says: the limit that it names is lowered to what it shows, and rests. */
  #obey({ dimension, ms, limit, used, requested }: Rejection, entry: Entry, event: number, now: number): void {
    this.#rejections += 1;
    const pause = ms ?? Math.min(FIRST_PAUSE * 2 ** (this.#rejections - 1), LONGEST_PAUSE);
    if (dimension !== undefined && limit !== undefined) this.#hear(dimension, limit, now);
    if (this.#find(dimension) === undefined) this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
    for (const gauge of this.#gauges) {
      if (dimension !== undefined && gauge.dimension !== dimension) continue;
      gauge.pausedUntil = Math.max(gauge.pausedUntil, now + pause);
      if (used === undefined || limit === undefined || requested === undefined) continue;
      const mark = dimension === 'tpm' || dimension === 'rpd' ? entry[dimension] : undefined;
      if (mark === undefined) gauge.lowerTo(limit - used);
      else this.#correct(gauge, mark, entry, limit - used - requested, false, event, now);
      if (ms !== undefined) this.#watchFlow(gauge, used + requested - limit, ms);
    }
  }

  /** Notices a server that counts within windows: what it asks to wait is not what flowing back would take. */
  #watchFlow({ bucket: { window, limit } }: Gauge, missing: number, ms: number): void {
    const flowing = (missing * window) / limit;
    const flows = Math.abs(ms - flowing) <= Math.max(FLOW_TOLERANCE, flowing / 20);
    this.#strange = flows ? 0 : this.#strange + 1;
    if (this.#strange < STRANGE) return;
    for (const gauge of this.#gauges) gauge.countWindows();
  }

  /** Takes the server's word for a limit. */
  #hear(dimension: Dimension, limit: number, now: number): void {
    this.#told.add(dimension);
    this.#adopt(dimension, limit, now);
  }

  /** Keeps the lower of what the server allows and of what it may use at the most. */
  #adopt(dimension: Dimension, allowed: number | undefined, now: number): void {
    this.#allowed[dimension] = allowed;
    const limit = Math.min(allowed ?? Infinity, this.#ceilings[dimension] ?? Infinity);
    const gauge = this.#find(dimension);
    if (limit === Infinity || gauge?.bucket.limit === limit) return;
    this.#revision += 1;
    if (gauge === undefined) this.#gauges.push(new Gauge(dimension, limit, now));
    else gauge.resize(limit);
  }

  #find(dimension: Dimension | undefined): Gauge | undefined {
    return this.#gauges.find((gauge) => gauge.dimension === dimension);
  }
}

/** What goes back of the units that were reserved, or, below zero, what was used beyond them. */
const givenBack = (outcome: Outcome, unit: keyof Cost, units: number): number => {
  switch (outcome.type) {
    case 'used':
      return units - outcome.cost[unit];
    case 'unsent':
      return units;
    case 'rejected':
      return unit === 'requests' ? 0 : units;
    case 'unknown':
      return 0;
  }
};
