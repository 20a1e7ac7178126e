import type { Observable } from 'rxjs';
import type { BackpressureOptions } from '../operators/iterate.ts';

/**
 * What happens when the answer to a call comes faster than it is used.
 *
 * A subscriber gets each token as it comes, and the connection is read no further before its `next` returns: nothing is
 * held, and nothing grows, unless the subscriber queues them itself. With `for await` they wait here, as `backpressure`
 * says.
 */
export interface FlowOptions extends BackpressureOptions {
  /**
   * While the last of it is true, the connection is not read, for subscribers that take their time in other ways. One
   * more piece may come that was already there. The time until a token does not run meanwhile; the total time does.
   */
  readonly paused$?: Observable<boolean> | undefined;
}
