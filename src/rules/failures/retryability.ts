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
 * What to do about an error: give up, retry after a pause, or return the request to its place in the queue immediately,
 * since the limits were corrected and determine when it starts.
 */
export type Retryability = 'never' | 'after-a-pause' | 'in-its-place';

/** Statuses that may differ next time: timeouts, conflicts, missing capacity of the flex tier, server errors. */
const isTransient = (status: number): boolean => status === 408 || status === 409 || status === 498 || status >= 500;

/**
 * Whether and how to retry a failed attempt. The header `x-should-retry` overrides the status. There is no retry if the
 * server asks to wait for longer than a day.
 *
 * @param sampling Whether to retry after invalid model output.
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
