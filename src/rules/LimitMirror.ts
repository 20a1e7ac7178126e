import type { Cost } from '../model/Cost.ts';
import { DIMENSION_NAMES, DIMENSIONS, type Dimension } from '../model/Dimension.ts';
import type { Outcome, Rejection, Reservation, Verdict } from '../model/Grant.ts';
import type { HeaderLevel, LimitHeaders } from '../model/LimitHeaders.ts';
import type { BucketLevel, Limits } from '../model/Limits.ts';
import { Bucket } from './Bucket.ts';
import { Feedback, type Mark } from './Feedback.ts';

/** What a {@link LimitMirror} starts from. */
export interface LimitMirrorConfig {
  /** The limits as far as they are known. Answers correct them. */
  readonly limits: Limits;
  /** Limits that are never exceeded, whatever the server allows. */
  readonly ceilings: Limits;
  /** Which part of each bucket is left alone, from 0 to 1. */
  readonly margin: number;
  /** For how long the first request is awaited before others follow, in milliseconds; 0 when the buckets are full. */
  readonly probe: number;
}

/** One bucket with what is needed to compare it with the server's. */
interface Mirrored {
  readonly bucket: Bucket;
  readonly unit: keyof Cost;
  /** For the two buckets that headers show. */
  readonly feedback: Feedback | undefined;
  /** What all unsettled reservations sum up to. */
  inFlight: number;
}

interface Entry {
  readonly cost: Cost;
  /** How many of the buckets were charged: those that were known by then. */
  buckets: number;
  /** The number of the event at which the server had charged it, or -1. */
  arrivedAt: number;
  rpd: Mark | undefined;
  tpm: Mark | undefined;
}

/** How long a bucket rests after a 429 that does not say how long: twice as long each time, in milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

const GRANTED: Verdict = { type: 'granted' };

/**
 * Mirrors the buckets that one model has at the server, from what is sent and what comes back. See {@link Bucket} for
 * why it never believes the server to have more than it has, and {@link Feedback} for how it is corrected.
 */
export class LimitMirror {
  readonly #config: LimitMirrorConfig;
  readonly #mirrored: Mirrored[] = [];
  readonly #entries = new Map<string, Entry>();
  /** What the server allows, as far as it is known. */
  readonly #allowed: { [D in Dimension]?: number | undefined };
  #ceilings: Limits;
  /** Counts what happens, to know what came first. */
  #event = 0;
  /** The first request, until its answer has shown the true levels. */
  #probe: { readonly id: string; readonly until: number } | undefined;
  #known: boolean;
  /** How many 429s have come since the last answer, and until when all rests for one that names no bucket of ours. */
  #rejections = 0;
  #pausedUntil = -Infinity;
  /** How often the limits have changed. */
  #revision = 0;

  constructor(config: LimitMirrorConfig, now: number) {
    this.#config = config;
    this.#allowed = { ...config.limits };
    this.#ceilings = config.ceilings;
    this.#known = config.probe === 0;
    this.cap(config.ceilings, now);
  }

  get revision(): number {
    return this.#revision;
  }

  /** Takes the cost out of every bucket, or out of none. */
  reserve({ id, cost }: Reservation, now: number): Verdict {
    if (this.#entries.has(id)) return GRANTED;
    const event = ++this.#event;
    let ms = Math.max(0, Math.ceil((this.#probe?.until ?? now) - now), Math.ceil(this.#pausedUntil - now));
    let worst: Bucket | undefined;
    for (const { bucket, unit } of this.#mirrored) {
      const units = cost[unit];
      if (units === 0) continue;
      if (units > bucket.limit) {
        return { type: 'never', dimension: bucket.dimension, cost: units, limit: bucket.limit };
      }
      bucket.refill(now, event);
      const wait = bucket.waitFor(units, bucket.limit * this.#config.margin, now);
      if (wait > ms || worst === undefined) {
        ms = Math.max(ms, wait);
        worst = bucket;
      }
    }
    if (ms > 0) return { type: 'wait', ms, dimension: worst?.dimension ?? 'rpm', rate: worst?.rate ?? Infinity };
    this.#take(id, cost, now);
    return GRANTED;
  }

  /** Ends a reservation, and tells whether others may fit earlier for it. */
  settle({ id }: Reservation, outcome: Outcome, now: number): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    this.#entries.delete(id);
    const event = ++this.#event;
    if (this.#probe?.id === id) this.#probe = undefined;
    for (const mirrored of this.#chargedBy(entry)) {
      const { bucket, unit } = mirrored;
      const units = entry.cost[unit];
      bucket.refill(now, event);
      mirrored.inFlight -= units;
      if (entry.arrivedAt < 0) bucket.arrive(units);
      const back = givenBack(outcome, unit, units);
      // A refund to a bucket that was full since it was charged may have been lost at the server.
      const lost = back > 0 && outcome.type === 'used' && entry.arrivedAt >= 0 && bucket.fullAt > entry.arrivedAt;
      if (!lost) bucket.add(back);
    }
    if (outcome.type === 'rejected') this.#obey(outcome, now);
    else if (outcome.type === 'used') this.#rejections = 0;
    return true;
  }

  /** Hears that the server has charged a reservation, and what it reports. */
  learn({ id }: Reservation, headers: LimitHeaders, now: number): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    const event = ++this.#event;
    this.#known = true;
    if (this.#probe?.id === id) this.#probe = undefined;
    for (const { bucket, unit } of this.#chargedBy(entry)) {
      bucket.refill(now, event);
      if (entry.arrivedAt < 0) bucket.arrive(entry.cost[unit]);
    }
    entry.arrivedAt = event;
    this.#compare('rpd', headers.rpd, entry, now);
    this.#compare('tpm', headers.tpm, entry, now);
    return true;
  }

  /** Changes the limits that are never exceeded. What is missing from full stays missing. */
  cap(ceilings: Limits, now: number): void {
    this.#ceilings = ceilings;
    for (const dimension of DIMENSION_NAMES) this.#adopt(dimension, this.#allowed[dimension], now);
  }

  levels(now: number): readonly BucketLevel[] {
    const event = ++this.#event;
    return this.#mirrored.map(({ bucket }) => {
      bucket.refill(now, event);
      const { dimension, limit, level, rate, pausedUntil } = bucket;
      return { dimension, limit, level, rate, pausedFor: Math.max(0, pausedUntil - now) };
    });
  }

  #take(id: string, cost: Cost, now: number): void {
    const entry: Entry = { cost, buckets: this.#mirrored.length, arrivedAt: -1, rpd: undefined, tpm: undefined };
    for (const mirrored of this.#mirrored) {
      const { bucket, unit, feedback } = mirrored;
      const units = cost[unit];
      bucket.take(units);
      if (feedback !== undefined) {
        const mark = feedback.mark(units, bucket.level, mirrored.inFlight, now);
        if (bucket.dimension === 'rpd') entry.rpd = mark;
        else entry.tpm = mark;
      }
      mirrored.inFlight += units;
    }
    this.#entries.set(id, entry);
    if (!this.#known && this.#probe === undefined) this.#probe = { id, until: now + this.#config.probe };
  }

  #chargedBy(entry: Entry): readonly Mirrored[] {
    return entry.buckets === this.#mirrored.length ? this.#mirrored : this.#mirrored.slice(0, entry.buckets);
  }

  #compare(dimension: 'rpd' | 'tpm', seen: HeaderLevel | undefined, entry: Entry, now: number): void {
    if (seen === undefined) return;
    const { limit, remaining } = seen;
    const isNew = this.#find(dimension) === undefined;
    if (limit !== undefined && limit > 0) this.#adopt(dimension, limit, now);
    const mirrored = this.#find(dimension);
    if (mirrored === undefined || remaining === undefined) return;
    const { bucket, feedback } = mirrored;
    const mark = entry[dimension];
    if (mark !== undefined && feedback !== undefined) {
      const correction = feedback.correction(mark, remaining, bucket.rate, now);
      // Under a ceiling of our own the server always has more.
      if (correction < 0 || bucket.limit === limit) bucket.add(correction);
      if (feedback.estimate(now)) bucket.foreign = feedback.foreign * bucket.window;
    } else if (isNew && entry.buckets === this.#mirrored.length - 1) {
      // The bucket is new to us: it holds what the answer says, after this request.
      bucket.lowerTo(remaining);
      mirrored.inFlight += entry.cost[mirrored.unit];
      entry.buckets += 1;
    }
  }

  /** Does as a 429 says: the bucket that it names is lowered to what it shows, and rests. */
  #obey({ dimension, ms, limit, used }: Rejection, now: number): void {
    this.#rejections += 1;
    const pause = ms ?? Math.min(FIRST_PAUSE * 2 ** (this.#rejections - 1), LONGEST_PAUSE);
    if (dimension !== undefined && limit !== undefined) this.#adopt(dimension, limit, now);
    if (this.#find(dimension) === undefined) this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
    for (const { bucket, feedback } of this.#mirrored) {
      if (dimension !== undefined && bucket.dimension !== dimension) continue;
      bucket.pausedUntil = Math.max(bucket.pausedUntil, now + pause);
      if (used === undefined) continue;
      const lowered = bucket.lowerTo(bucket.limit - used);
      feedback?.note(lowered);
    }
  }

  /** Keeps the lower of what the server allows and of what it may use at the most. */
  #adopt(dimension: Dimension, allowed: number | undefined, now: number): void {
    this.#allowed[dimension] = allowed;
    const limit = Math.min(allowed ?? Infinity, this.#ceilings[dimension] ?? Infinity);
    if (limit === Infinity) return;
    const mirrored = this.#find(dimension);
    if (mirrored?.bucket.limit === limit) return;
    this.#revision += 1;
    if (mirrored !== undefined) {
      mirrored.bucket.resize(limit);
      return;
    }
    this.#mirrored.push({
      bucket: new Bucket(dimension, limit, now),
      unit: DIMENSIONS[dimension].unit,
      feedback: dimension === 'rpd' || dimension === 'tpm' ? new Feedback(now) : undefined,
      inFlight: 0,
    });
  }

  #find(dimension: Dimension | undefined): Mirrored | undefined {
    return this.#mirrored.find(({ bucket }) => bucket.dimension === dimension);
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
