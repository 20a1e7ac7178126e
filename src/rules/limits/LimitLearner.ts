import type { Cost } from '../../model/Cost.ts';
import { type HeaderLevel, isShown, type LimitHeaders, type ShownDimension } from '../../model/LimitHeaders.ts';
import type { Outcome, Rejection } from '../../model/Outcome.ts';
import type { Mark } from './Feedback.ts';
import type { Gauge } from './Gauge.ts';
import type { GaugeSet } from './GaugeSet.ts';
import type { Marks, OpenReservation, OpenReservations } from './OpenReservations.ts';
import { RefundWatch } from './RefundWatch.ts';
import { RefusalPause } from './RefusalPause.ts';

/** Facts about the server that a {@link LimitLearner} need not find out. */
export interface LimitLearnerConfig {
  /** Whether the levels are known before the first answer. */
  readonly known: boolean;
  /** Whether the server is known to keep the unused part of a charge. */
  readonly keeps: boolean;
}

/** A wait that the server reports. */
interface ShownWait {
  /** The time in which the bucket refills completely, in milliseconds. */
  readonly window: number;
  /** The server's limit, which may be larger than ours, in units. */
  readonly limit: number;
  /** The units that must flow in before the wait is over. */
  readonly missing: number;
  /** The reported wait, in milliseconds. */
  readonly ms: number;
}

/** The minimum tolerance when a reported wait is compared with the time of a continuous refill, in milliseconds. */
const FLOW_TOLERANCE = 1_500;

/** How many full buckets may be missing, if a 429 asks for no wait: as many as when a limit was cut to a tenth. */
const MOST_OVERDRAWN = 10;

/** In how many answers in a row the waits must differ before the server is taken to count within windows. */
const STRANGE = 2;

/**
 * Corrects the limits of a model by what its server reports: their sizes and levels, whether they refill continuously
 * or count within windows, whether unused tokens are refunded, and the usage by others.
 */
export class LimitLearner {
  /** Whether the levels are known. A deficit that shows earlier does not count as usage by others. */
  known: boolean;
  readonly #gauges: GaugeSet;
  readonly #keeps: boolean;
  readonly #refunds = new RefundWatch();
  readonly #pause = new RefusalPause();
  /** Until when nothing is sent because of a 429 that names no known limit, in milliseconds. */
  #pausedUntil = -Infinity;
  /** In how many answers in a row the waits have differed from continuous refill, and the number of the last event. */
  #strange = 0;
  #strangeAt = -1;

  constructor(gauges: GaugeSet, { known, keeps }: LimitLearnerConfig) {
    this.#gauges = gauges;
    this.known = known;
    this.#keeps = keeps;
  }

  /** Whether the server keeps the unused part of a charge. */
  get keeps(): boolean {
    return this.#keeps || this.#refunds.keeps;
  }

  /** For how many milliseconds nothing may be sent at all. */
  rest(now: number): number {
    return Math.max(0, Math.ceil(this.#pausedUntil - now));
  }

  /** Notes a charge, in tokens. */
  charged(tokens: number): void {
    this.#refunds.charge(tokens);
  }

  /** The state after a charge, to be compared with its answer. */
  mark({ tokens, requests }: Cost, now: number): Marks {
    const tpm = this.#gauges.find('tpm');
    return {
      rpd: this.#gauges.find('rpd')?.mark(requests, now),
      tpm: tpm?.mark(tokens, now),
      refund: this.#refunds.mark(now, tpm?.bucket.fullAt ?? -1),
    };
  }

  /** Learns from the outcome of a request. */
  settled(open: OpenReservation, outcome: Outcome, others: OpenReservations, event: number, now: number): void {
    if (outcome.type === 'used') {
      if (this.#wasFullSince(open.arrivedAt)) this.#refunds.overflow();
      this.#refunds.refund(Math.max(0, open.cost.tokens - outcome.cost.tokens));
      this.#pause.answered();
      const { told, cost } = outcome;
      if (told !== undefined) this.#gauges.hear(told.dimension, told.limit, open.at, now);
      else if (cost.tokens > 0) this.#notice(open, now);
    } else if (outcome.type !== 'unknown') this.#refunds.undo(open.cost.tokens);
    if (outcome.type === 'rejected') this.#obey(outcome, open, others, event, now);
  }

  /** Whether the TPM bucket was full after an event, so that refunds since then may have been lost. */
  #wasFullSince(event: number): boolean {
    const tpm = this.#gauges.find('tpm');
    return tpm !== undefined && tpm.bucket.fullAt > event;
  }

  /** Raises each limit that is lower than the cost of a request that the server has served. */
  #notice({ cost, gauges, at }: OpenReservation, now: number): void {
    for (const { dimension, unit, bucket } of gauges) {
      if (cost[unit] > bucket.limit) this.#gauges.exceed(dimension, cost[unit], at, now);
    }
  }

  /** Learns from the headers of an answer. */
  learn(open: OpenReservation, headers: LimitHeaders, event: number, now: number): void {
    this.#compare('rpd', headers.rpd, open, event, now);
    this.#compare('tpm', headers.tpm, open, event, now);
    this.known = true;
  }

  #compare(
    dimension: ShownDimension,
    seen: HeaderLevel | undefined,
    open: OpenReservation,
    event: number,
    now: number,
  ): void {
    // A proxy may send zeros. A server with a limit of 0 has nothing left, and answers nothing but 429s.
    if (seen === undefined || seen.limit === 0) return;
    const { limit, remaining, reset } = seen;
    if (limit !== undefined && !this.#gauges.hear(dimension, limit, open.at, now)) return;
    const gauge = this.#gauges.find(dimension);
    if (gauge === undefined || remaining === undefined) return;
    if (reset !== undefined && limit !== undefined) {
      this.#watchFlow({ window: gauge.bucket.window, limit, missing: limit - remaining, ms: reset }, event);
    }
    const mark = open.marks?.[dimension];
    if (mark !== undefined) {
      // If our own ceiling applies, the server always has more, which is no reason to raise our level.
      const correction = this.#correct(gauge, mark, open.marks, remaining, gauge.bucket.limit === limit, event, now);
      if (dimension === 'tpm') open.raised = Math.max(0, correction);
    } else if (!open.gauges.includes(gauge)) {
      // It was charged before the limit was known, so only its own answer shows that charge.
      gauge.bucket.refill(now, event);
      gauge.adoptLevel(remaining, open.cost[gauge.unit], now);
      open.gauges = [...open.gauges, gauge];
    }
  }

  /** Corrects a level by what an answer shows, attributes the difference, and returns the correction in units. */
  #correct(
    gauge: Gauge,
    mark: Mark,
    marks: Marks | undefined,
    remaining: number,
    mayRaise: boolean,
    event: number,
    now: number,
  ): number {
    if (gauge.dimension === 'tpm' && marks !== undefined) {
      this.#refunds.observe(marks.refund, remaining, gauge.bucket.limit / gauge.bucket.window);
    }
    const correction = gauge.compare(mark, remaining, mayRaise, now);
    if (this.known) this.#blame(gauge, correction, event, now);
    // Until the levels are known, charges in transit are assumed to arrive after this one.
    else gauge.lowerTo(remaining);
    return correction;
  }

  /** Attributes a correction to others, and applies it to the hidden limits of the same unit. */
  #blame(gauge: Gauge, correction: number, event: number, now: number): void {
    const { wasFull } = gauge;
    const { at, event: lastEvent } = gauge.shown(event, now);
    const alike = this.#gauges.all.filter(({ unit }) => unit === gauge.unit);
    const inflow = Math.max(...alike.map(({ bucket: { limit, window } }) => limit / window));
    gauge.blame(correction, inflow, now, wasFull);
    for (const other of alike) {
      if (other === gauge) continue;
      // If the bucket was full since then, its refill has replaced up to this much of what others used.
      const back = other.bucket.fullAt > lastEvent ? other.bucket.rate * (now - at) : 0;
      other.correct(Math.min(0, correction + back) + Math.max(0, correction));
      other.share(gauge);
    }
  }

  /** Obeys a 429: pauses the limit that it names, or all if it names none, and lowers it to the reported level. */
  #obey(
    rejection: Rejection,
    { at, chargedAt, marks }: OpenReservation,
    others: OpenReservations,
    event: number,
    now: number,
  ): void {
    const { dimension, ms, limit, used, requested } = rejection;
    const pause = this.#pause.refused(ms, now);
    if (dimension !== undefined && limit !== undefined) this.#gauges.hear(dimension, limit, at, now);
    const gauge = this.#gauges.find(dimension);
    if (gauge === undefined) {
      this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
      return;
    }
    const { window } = gauge.bucket;
    gauge.pausedUntil = Math.max(gauge.pausedUntil, now + Math.min(pause, longestPause(rejection, window)));
    if (used === undefined || limit === undefined || requested === undefined) return;
    // After the wait the request fits, so no more can be missing than flows in until then, whatever is said to be used.
    const inflow = (((ms ?? MOST_OVERDRAWN * window) + FLOW_TOLERANCE) * limit) / window;
    const missing = Math.min(used + requested - limit, inflow);
    const mark = isShown(dimension) ? marks?.[dimension] : undefined;
    // Without a mark, or before the levels are known, there is nothing to compare with. The reported level excludes
    // the refused request, and possibly those that were admitted after this one was charged.
    if (mark === undefined || !this.known) {
      const left = requested - missing;
      const since = left - others.arrivedSince(chargedAt, gauge.unit);
      // Requests are not given back: those admitted since then have used no more than was left.
      gauge.lowerTo(gauge.unit === 'requests' ? Math.max(since, Math.min(left, 0)) : since);
    } else this.#correct(gauge, mark, marks, -missing, false, event, now);
    if (ms !== undefined) {
      this.#watchFlow({ window, limit, missing: used + requested - limit, ms }, event);
    }
  }

  /** Detects a server that counts within windows: its waits differ from the time that continuous refill takes. */
  #watchFlow({ window, limit, missing, ms }: ShownWait, event: number): void {
    const flowing = (Math.max(0, missing) * window) / limit;
    // The server rounds to whole units, so the time in which one unit refills is tolerated.
    const tolerance = Math.max(FLOW_TOLERANCE, window / limit, flowing / 20);
    if (Math.abs(ms - flowing) <= tolerance) this.#strange = 0;
    else if (this.#strangeAt !== event) {
      // An answer shows two limits. If it is odd, it is odd once.
      this.#strangeAt = event;
      this.#strange += 1;
    }
    if (this.#strange >= STRANGE) this.#gauges.countWindows();
  }
}

/**
 * The longest pause that a 429 can rightly ask for, in milliseconds: by then the bucket has refilled, or what is missing
 * has flowed in, if that is more. The server rounds its numbers to whole units.
 */
function longestPause({ limit = 0, used = 0, requested = 0 }: Rejection, window: number): number {
  const missing = used + requested - limit + 1;
  return limit > 0 && missing > limit ? (missing * window) / limit + FLOW_TOLERANCE : window;
}
