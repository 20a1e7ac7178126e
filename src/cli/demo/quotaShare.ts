import { DIMENSIONS, type Dimension } from '../../model/Dimension.ts';
import type { SimulatedModelStats } from '../../simulator/index.ts';

/** How much of the limit that decided the pace was used. */
export interface QuotaShare {
  readonly dimension: Dimension;
  /** What was used in the end, in the units of the dimension. */
  readonly settled: number;
  /** What a full bucket holds. */
  readonly capacity: number;
  /** What flows into it in a second. */
  readonly perSecond: number;
  /** From the first request that was let in until all had ended, in milliseconds. */
  readonly makespan: number;
  /** What was used of what there was: of the full bucket and of all that flowed into it. */
  readonly share: number;
}

/**
 * Works out which part of the quota was used, in the dimension of which it was most: that one decided the pace.
 *
 * @param now When all had ended, in milliseconds of the server's clock.
 * @return Nothing when no request was let in.
 */
export function quotaShare({ levels, firstAdmission }: SimulatedModelStats, now: number): QuotaShare | undefined {
  if (firstAdmission === undefined) return undefined;
  const makespan = now - firstAdmission;
  const shares = levels.map(({ dimension, limit, settled }) => {
    const { window } = DIMENSIONS[dimension];
    const share = settled / (limit + (limit / window) * makespan);
    return { dimension, settled, capacity: limit, perSecond: (limit / window) * 1_000, makespan, share };
  });
  return shares.reduce<QuotaShare | undefined>(
    (most, share) => (most === undefined || share.share > most.share ? share : most),
    undefined,
  );
}
