import type { Observable } from 'rxjs';
import type { BackpressureOptions } from '../operators/iterate.ts';

/**
 * What happens when an answer arrives faster than it is consumed.
 *
 * A subscriber gets each token as it arrives, and the connection is not read further until its `next` returns: nothing
 * is buffered unless the subscriber does it. With `for await`, tokens are buffered as `backpressure` says.
 */
export interface FlowOptions extends BackpressureOptions {
  /**
   * While its latest value is `true`, the connection is not read, for subscribers that work asynchronously. A piece
   * that had already been read may still arrive. Meanwhile the timeouts `firstToken` and `betweenTokens` are suspended;
   * `total` keeps running. An error of the source ends the request.
   */
  readonly paused$?: Observable<boolean> | undefined;
}
