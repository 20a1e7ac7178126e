import type { StoreFaultKind } from './storeFaults.ts';
import type { WireFaultKind } from './wireFaults.ts';

/** What may go wrong with the server, the clock and the program, beside the network and the store. */
type WorldFaultKind =
  /** Others use the same account. */
  | 'others'
  /** The computer sleeps: the client's clock jumps. */
  | 'sleep'
  /** Timers come late, or a little early. */
  | 'timers'
  /** The limits of the client are changed while it runs. */
  | 'limits'
  /** The client is closed, at once or when it has drained. */
  | 'close';

/** Something that goes wrong for a while. */
export interface Fault {
  readonly kind: WireFaultKind | StoreFaultKind | WorldFaultKind;
  /** When it begins, in milliseconds. */
  readonly from: number;
  /** When it is over, in milliseconds. */
  readonly until: number;
  /** Which part of what it could befall it does befall, from 0 to 1. */
  readonly share: number;
  /** From what its own chance follows, so that without another fault it is still the same. */
  readonly seed: number;
}
