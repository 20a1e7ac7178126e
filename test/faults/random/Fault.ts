import type { StoreFaultKind } from './storeFaults.ts';
import type { WireFaultKind } from './wireFaults.ts';

/** Faults of the server, the clock and the program; those of the network and the store are elsewhere. */
type WorldFaultKind =
  /** Other clients use the account. */
  | 'others'
  /** The computer sleeps: the client's clock jumps. */
  | 'sleep'
  /** Timers come late, or a little early. */
  | 'timers'
  /** The limits of the client change while it runs. */
  | 'limits'
  /** The client is closed, at once or after it has drained. */
  | 'close';

/** A fault that lasts for a while. */
export interface Fault {
  readonly kind: WireFaultKind | StoreFaultKind | WorldFaultKind;
  /** When it begins, in milliseconds. */
  readonly from: number;
  /** When it is over, in milliseconds. */
  readonly until: number;
  /** The affected part of its possible targets, from 0 to 1. */
  readonly share: number;
  /** The seed of its random values, so that it is the same without the other faults. */
  readonly seed: number;
}
