import {
  isConnectionError,
  isHttpError,
  isRateLimitError,
  isTimeoutError,
  isTruncatedStreamError,
} from '../../errors/guards.ts';
import { SAMPLING_NOISE } from './isRefusal.ts';
import { LONGEST_WAIT } from './retryAfter.ts';

/**
 * What to do about an error: nothing, try again after a pause, or put the request back into its place at once, because
 * the limits have been corrected and decide when it goes.
 */
export type Retryability = 'never' | 'after-a-pause' | 'in-its-place';

/** Statuses that may be different next time: timeouts, conflicts, the flex tier's lack of capacity, faults. */
const isTransient = (status: number): boolean => status === 408 || status === 409 || status === 498 || status >= 500;

/**
 * Whether an attempt that failed is worth repeating. A server that says so in `x-should-retry` is believed; one that
 * asks to wait for longer than a day is not waited for.
 *
 * @param sampling Whether to repeat what failed only because of how the model happened to answer.
 */
export function retryability(error: unknown, sampling = false): Retryability {
  if (isRateLimitError(error)) return 'in-its-place';
  if (isHttpError(error)) {
    if ((error.retryAfter ?? 0) > LONGEST_WAIT) return 'never';
    const again = error.shouldRetry ?? (isTransient(error.status) || (sampling && SAMPLING_NOISE.has(error.groqCode)));
    return again ? 'after-a-pause' : 'never';
  }
  if (isConnectionError(error)) return error.trusted ? 'after-a-pause' : 'never';
  if (isTimeoutError(error))
    return error.phase === 'connect' || error.phase === 'firstToken' ? 'after-a-pause' : 'never';
  return isTruncatedStreamError(error) ? 'after-a-pause' : 'never';
}
