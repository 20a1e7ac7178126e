import type { Observable } from 'rxjs';
import * as z from 'zod';
import type { BackpressureOptions } from '../operators/iterate.ts';

/** How a client's connections are made and read. */
export interface ConnectionOptions {
  /**
   * How long a line of a stream may be, in bytes. A longer one ends it with a {@link ProtocolError}. Minimum: 1.
   *
   * @default 1_048_576
   */
  readonly maxLineBytes?: number | undefined;
  /**
   * How long the body of an answer may be, in bytes. A longer one ends it with a {@link ProtocolError}. Answers do not
   * come compressed. Minimum: 1.
   *
   * @default 67_108_864
   */
  readonly maxResponseBytes?: number | undefined;
  /**
   * Whether to offer HTTP/2, with which all requests share one connection.
   *
   * @default false
   */
  readonly http2?: boolean | undefined;
}

/**
 * What happens when the answer to a call comes faster than it is used.
 *
 * To a subscriber each token is told as it comes, and the connection is read no further before its `next` returns:
 * nothing is held, and nothing grows. One that only passes tokens on to what takes its time makes them wait there. With
 * `for await` they wait here instead, as `backpressure` says.
 */
export interface FlowOptions extends BackpressureOptions {
  /**
   * While the last of it is true, the connection is not read, for subscribers that take their time in other ways. One
   * more piece may come that was already there. The time until a token does not run meanwhile; the total time does.
   */
  readonly paused$?: Observable<boolean> | undefined;
}

const count = z.int().min(1).optional();

export const connectionShape = { maxLineBytes: count, maxResponseBytes: count, http2: z.boolean().optional() };

export const flowShape = {
  backpressure: z.enum(['pause', 'conflate', 'error']).optional(),
  buffer: count,
  paused$: z
    .custom((value) => typeof (value as { subscribe?: unknown } | null)?.subscribe === 'function', {
      error: 'an Observable, which has subscribe()',
    })
    .optional(),
};
