import type { Cost } from '../../model/Cost.ts';
import { type HeaderLevel, isShown, type LimitHeaders, type ShownDimension } from '../../model/LimitHeaders.ts';
import type { Outcome, Rejection } from '../../model/Outcome.ts';
import type { Mark } from './Feedback.ts';
import type { Gauge } from './Gauge.ts';
import type { GaugeSet } from './GaugeSet.ts';
import type { Marks, OpenReservation, OpenReservations } from './OpenReservations.ts';
import { RefundWatch } from './RefundWatch.ts';
import { RefusalPause } from './RefusalPause.ts';

/** What a {@link LimitLearner} need not find out. */
export interface LimitLearnerConfig {
  /** Whether the levels are known before the first answer. */
  readonly known: boolean;
  /** Whether the server is known to keep what was charged and not used. */
  readonly keeps: boolean;
}

/** A wait that the server shows. */
interface ShownWait {
  /** The time in which the bucket refills, in milliseconds. */
  readonly window: number;
  /** The server's limit, which may be larger than ours, in units. */
  readonly limit: number;
  /** What is missing from what is waited for, in units. */
  readonly missing: number;
  /** How long that takes, in milliseconds. */
  readonly ms: number;
}

/** By how much a wait may differ from what flowing back takes, and still be taken for that, in milliseconds. */
const FLOW_TOLERANCE = 1_500;

/** How many waits in a row have to differ, to take the server for one that counts within windows. */
const STRANGE = 2;

/**
 * Corrects the limits of a model by what its server says: how large they are, how full, whether it lets them flow back
 * or counts within windows, whether it gives back what was not used, and what others take.
 */
export class LimitLearner {
  /** Whether an answer has shown the levels: usage before it does not count as traffic of others. */
  known: boolean;
  readonly #gauges: GaugeSet;
  readonly #keeps: boolean;
  readonly #refunds = new RefundWatch();
  readonly #pause = new RefusalPause();
  /** Until when all rests for a 429 that names no limit of ours. */
  #pausedUntil = -Infinity;
  /** How many waits in a row were not what flowing back would take. */
  #strange = 0;

  constructor(gauges: GaugeSet, { known, keeps }: LimitLearnerConfig) {
    this.#gauges = gauges;
    this.known = known;
    this.#keeps = keeps;
  }

  /** Whether the server keeps what was charged and not used. */
  get keeps(): boolean {
    return this.#keeps || this.#refunds.keeps;
  }

  /** For how many milliseconds nothing is to be sent at all. */
  rest(now: number): number {
    return Math.max(0, Math.ceil(this.#pausedUntil - now));
  }

  /** Notes a charge of so many tokens. */
  charged(tokens: number): void {
    this.#refunds.charge(tokens);
  }

  /** Notes the levels after a charge, to compare its answer with. */
  mark({ tokens, requests }: Cost, now: number): Marks {
    const tpm = this.#gauges.find('tpm');
    return {
      rpd: this.#gauges.find('rpd')?.mark(requests, now),
      tpm: tpm?.mark(tokens, now),
      refund: this.#refunds.mark(now, tpm?.bucket.fullAt ?? -1),
    };
  }

  /** Draws what there is to draw from the end of a request. */
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

  /** Whether the bucket of the tokens was full since an event, so that what came back may have been lost. */
  #wasFullSince(event: number): boolean {
    const tpm = this.#gauges.find('tpm');
    return tpm !== undefined && tpm.bucket.fullAt > event;
  }

  /** Notices that the server has served what costs more than a limit was believed to hold. */
  #notice({ cost, gauges, at }: OpenReservation, now: number): void {
    for (const { dimension, unit, bucket } of gauges) {
      if (cost[unit] > bucket.limit) this.#gauges.exceed(dimension, cost[unit], at, now);
    }
  }

  /** Draws what there is to draw from the headers of an answer. */
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
    if (seen === undefined) return;
    const { limit, remaining, reset } = seen;
    const isNew = this.#gauges.find(dimension) === undefined;
    if (limit !== undefined && limit > 0 && !this.#gauges.hear(dimension, limit, open.at, now)) return;
    const gauge = this.#gauges.find(dimension);
    if (gauge === undefined || remaining === undefined) return;
    if (reset !== undefined && limit !== undefined) {
      this.#watchFlow({ window: gauge.bucket.window, limit, missing: limit - remaining, ms: reset });
    }
    const mark = open.marks?.[dimension];
    if (mark !== undefined) {
      // Under a ceiling of our own the server always has more.
      const correction = this.#correct(gauge, mark, open.marks, remaining, gauge.bucket.limit === limit, event, now);
      if (dimension === 'tpm') open.raised = Math.max(0, correction);
    } else if (isNew) {
      gauge.adoptLevel(remaining, open.cost[gauge.unit], now);
      open.gauges = [...open.gauges, gauge];
    }
  }

  /** Corrects a limit by what an answer shows of it, looks for who has made the difference, and tells by how much. */
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
    // As long as nothing is known, none of those on the way is believed to have arrived before.
    else gauge.lowerTo(remaining);
    return correction;
  }

  /** Holds others accountable for a correction, also at the limits of the same kind that no answer shows. */
  #blame(gauge: Gauge, correction: number, event: number, now: number): void {
    const { wasFull } = gauge;
    const { at, event: lastEvent } = gauge.shown(event, now);
    const alike = this.#gauges.all.filter(({ unit }) => unit === gauge.unit);
    const inflow = Math.max(...alike.map(({ bucket: { limit, window } }) => limit / window));
    gauge.blame(correction, inflow, now, wasFull);
    for (const other of alike) {
      if (other === gauge) continue;
      // What was taken before a bucket was full is no longer missing in it.
      const back = other.bucket.fullAt > lastEvent ? other.bucket.rate * (now - at) : 0;
      other.correct(Math.min(0, correction + back) + Math.max(0, correction));
      other.share(gauge);
    }
  }

  /** Does as a 429 says: the limit that it names is lowered to what it shows, and rests. */
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
    if (this.#gauges.find(dimension) === undefined) this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
    for (const gauge of this.#gauges.all) {
      if (dimension !== undefined && gauge.dimension !== dimension) continue;
      gauge.pausedUntil = Math.max(gauge.pausedUntil, now + pause);
      if (used === undefined || limit === undefined || requested === undefined) continue;
      const mark = isShown(dimension) ? marks?.[dimension] : undefined;
      // What was let in beside it may have come after the server counted. As long as nothing is known there is nothing to
      // compare with: what the server shows is all, and the request is not in it.
      if (mark === undefined || !this.known) {
        const left = limit - used;
        const since = left - others.arrivedSince(chargedAt, gauge.unit);
        // Of requests nothing comes back in between: those let in since then have taken no more than there was.
        gauge.lowerTo(gauge.unit === 'requests' ? Math.max(since, Math.min(left, 0)) : since);
      } else this.#correct(gauge, mark, marks, limit - used - requested, false, event, now);
      if (ms !== undefined) {
        this.#watchFlow({ window: gauge.bucket.window, limit, missing: used + requested - limit, ms });
      }
    }
  }

  /** Notices a server that counts within windows: what it asks to wait is not what flowing back would take. */
  #watchFlow({ window, limit, missing, ms }: ShownWait): void {
    const flowing = (missing * window) / limit;
    // What is missing is told in whole units.
    const tolerance = Math.max(FLOW_TOLERANCE, window / limit, flowing / 20);
    this.#strange = Math.abs(ms - flowing) <= tolerance ? 0 : this.#strange + 1;
    if (this.#strange < STRANGE) return;
    for (const gauge of this.#gauges.all) gauge.countWindows();
  }
}
