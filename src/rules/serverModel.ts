import type { Cost } from '../model/Cost.ts';
import { DIMENSIONS, type Dimension } from '../model/Dimension.ts';
import type { Limits } from '../model/Limits.ts';
import { bucketLimiter } from './serverModel/bucketLimiter.ts';
import {
  CHARGE_MODELS,
  type ChargeModel,
  type ChargeModelName,
  type Claim,
  type Consumption,
} from './serverModel/chargeModels.ts';
import { fixedLimiter } from './serverModel/fixedLimiter.ts';
import type { Limiter, Rounding } from './serverModel/Limiter.ts';
import type { AdmittedRequest, Refusal, Ruling, ServerLevel, ShownLimits } from './serverModel/Ruling.ts';
import { slidingLimiter } from './serverModel/slidingLimiter.ts';

/** The algorithm of a limit. Groq's is a bucket that refills continuously. */
export type LimiterShape = 'bucket' | 'fixed' | 'sliding';

/** Options of {@link createServerModel}. */
export interface ServerModelConfig {
  /** A missing dimension is not limited. */
  readonly limits: Limits;
  /** What is charged, and when. @default 'max' */
  readonly chargeModel?: ChargeModelName | ChargeModel | undefined;
  /** The algorithm of its limits. @default 'bucket' */
  readonly shape?: LimiterShape | undefined;
  /** How fractional levels are shown. @default '2026' */
  readonly rounding?: Rounding | undefined;
}

/** One limit, and the totals of its charges. */
interface Gate {
  readonly dimension: Dimension;
  limit: number;
  /** Milliseconds. */
  readonly window: number;
  readonly unit: keyof Cost;
  readonly limiter: Limiter;
  readonly totals: { charged: number; settled: number };
}

/** One organization's limits on one model, as the server enforces them. Times are milliseconds of one clock. */
export interface ServerModel {
  /** Charges a request to every limit, or to none if it is refused. */
  admit(now: number, claim: Claim): Ruling;
  /** Replaces the charge of a request by its usage. A second settlement has no effect. */
  settle(now: number, admission: AdmittedRequest, consumption: Consumption): void;
  /** Changes the given limits. Their usage is kept; a limit that is new starts without usage. */
  setLimits(now: number, limits: Limits): void;
  show(now: number): ShownLimits;
  levels(now: number): readonly ServerLevel[];
}

/**
 * The order in which limits are checked: a refusal names the first one that is hit. Recorded refusals show that
 * requests come first, and input tokens before tokens (an RPM 429 has no token headers; an ITPM 413 was above TPM too).
 * The rest is a guess.
 */
const ORDER: readonly Dimension[] = ['rpm', 'rpd', 'itpm', 'otpm', 'tpm', 'tpd', 'ash', 'asd'];

const SHAPES: Readonly<Record<LimiterShape, (limit: number, window: number, rounding: Rounding) => Limiter>> = {
  bucket: bucketLimiter,
  fixed: fixedLimiter,
  sliding: slidingLimiter,
};

/**
 * Models how Groq limits one organization's use of one model, from the server's side.
 *
 * It is used to test clients, so it shares no code with the arithmetic of a client.
 *
 * @example
 * const server = createServerModel({ limits: { rpm: 30, tpm: 8_000 } });
 * const ruling = server.admit(0, { promptTokens: 75, maxCompletionTokens: 4 });
 * ruling.shown.tokens?.remaining; // => 7_921
 * if (ruling.type === 'admitted') server.settle(80, ruling.admission, { promptTokens: 75, completionTokens: 4 });
 * @see https://console.groq.com/docs/rate-limits
 */
export function createServerModel(config: ServerModelConfig): ServerModel {
  const { limits, chargeModel = 'max', shape = 'bucket', rounding = '2026' } = config;
  const charging = typeof chargeModel === 'string' ? CHARGE_MODELS[chargeModel] : chargeModel;
  const gateOf = new Map<Dimension, Gate>();
  let gates: readonly Gate[] = [];
  const open = new Set<AdmittedRequest>();

  const setLimits = (now: number, changed: Limits): void => {
    for (const dimension of ORDER) {
      const limit = changed[dimension];
      if (limit === undefined) continue;
      const gate = gateOf.get(dimension);
      const { window, unit } = DIMENSIONS[dimension];
      if (gate === undefined) {
        const limiter = SHAPES[shape](limit, window, rounding);
        gateOf.set(dimension, { dimension, limit, window, unit, limiter, totals: { charged: 0, settled: 0 } });
      } else {
        gate.limit = limit;
        gate.limiter.resize(now, limit);
      }
    }
    gates = ORDER.flatMap((dimension) => gateOf.get(dimension) ?? []);
  };
  setLimits(Number.NEGATIVE_INFINITY, limits);

  const show = (now: number): ShownLimits => {
    const requests = gateOf.get('rpd')?.limiter.show(now);
    const tokens = gateOf.get('tpm')?.limiter.show(now);
    return { ...(requests && { requests }), ...(tokens && { tokens }) };
  };

  /** Without the tokens if a limit on requests was hit, since the server checks those first. */
  const showRefused = (now: number, dimension: Dimension): ShownLimits => {
    const { requests, ...shown } = show(now);
    return { ...(requests && { requests }), ...(DIMENSIONS[dimension].unit === 'requests' ? {} : shown) };
  };

  const refuse = (now: number, cost: Cost): Refusal | undefined => {
    for (const { dimension, limit, unit } of gates) {
      const requested = cost[unit];
      const status = dimension === 'otpm' ? 429 : 413;
      if (requested > limit)
        return { type: 'refused', status, dimension, limit, requested, shown: showRefused(now, dimension) };
    }
    for (const { dimension, limit, unit, limiter } of gates) {
      const requested = cost[unit];
      if (limiter.fits(now, requested)) continue;
      const { used } = limiter.show(now);
      const wait = limiter.wait(now, requested);
      return {
        type: 'refused',
        status: 429,
        dimension,
        limit,
        requested,
        used,
        wait,
        shown: showRefused(now, dimension),
      };
    }
    return undefined;
  };

  return {
    admit(now, claim) {
      const cost = charging.admission(claim);
      const refusal = refuse(now, cost);
      if (refusal !== undefined) return refusal;

      const charges = gates.map(({ dimension, unit, limiter, totals }) => {
        totals.charged += cost[unit];
        return [dimension, limiter.charge(now, cost[unit])] as const;
      });
      const admission = { claim, cost, charges };
      open.add(admission);
      return { type: 'admitted', admission, shown: show(now) };
    },
    settle(now, admission, consumption) {
      if (!open.delete(admission)) return;
      const cost = charging.completion(admission.claim, consumption);
      for (const [dimension, charge] of admission.charges) {
        const gate = gateOf.get(dimension);
        if (gate === undefined) continue;
        gate.limiter.settle(now, charge, cost[gate.unit]);
        gate.totals.settled += cost[gate.unit];
      }
    },
    setLimits,
    show,
    levels: (now) =>
      gates.map(({ dimension, limit, window, limiter, totals }) => ({
        dimension,
        limit,
        window,
        level: limit - limiter.used(now),
        ...totals,
      })),
  };
}
