import type { Cost } from '../../model/Cost.ts';
import type { Outcome } from '../../model/Outcome.ts';
import type { Gauge } from './Gauge.ts';
import type { OpenReservation } from './OpenReservations.ts';

/** The part of a reservation's units that is given back to a limit. Negative if more was used than reserved. */
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
 * The part of the refund that the headers of the request's own answer have already added to the level. They show a
 * charge below the reservation if the prompt was overestimated, or if a smaller request used the reservation.
 */
function raisedFor({ raised, cost }: OpenReservation, used: Cost, charged: Cost = cost): number {
  const tooLong = Math.max(0, charged.inputTokens - used.inputTokens);
  return Math.min(raised, cost.tokens - charged.tokens + tooLong);
}
