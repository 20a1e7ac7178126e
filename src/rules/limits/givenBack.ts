import type { Cost } from '../../model/Cost.ts';
import type { Outcome } from '../../model/Outcome.ts';
import type { Gauge } from './Gauge.ts';
import type { OpenReservation } from './OpenReservations.ts';

/** What goes back of the units that were reserved of a limit, or, below zero, what was used beyond them. */
export function givenBack(
  open: OpenReservation,
  outcome: Outcome,
  { dimension, unit }: Pick<Gauge, 'dimension' | 'unit'>,
): number {
  const units = open.cost[unit];
  switch (outcome.type) {
    case 'used':
      return units - outcome.cost[unit] - (dimension === 'tpm' ? raisedFor(open, outcome.cost, outcome.charged) : 0);
    case 'unsent':
      return units;
    case 'rejected':
      return unit === 'requests' ? 0 : units;
    case 'unknown':
      return 0;
  }
}

/**
 * What its own answer has given back already: the server charges less than was reserved where a prompt is shorter than
 * it was counted, or where a smaller request took the reservation, and its answer shows that.
 */
function raisedFor({ raised, cost }: OpenReservation, used: Cost, charged: Cost = cost): number {
  const tooLong = Math.max(0, charged.inputTokens - used.inputTokens);
  return Math.min(raised, cost.tokens - charged.tokens + tooLong);
}
