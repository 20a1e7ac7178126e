/** How the pauses between attempts grow. */
export interface Backoff {
  /** The longest pause before the first retry, in milliseconds. */
  readonly initialDelay: number;
  /** The longest pause, in milliseconds. */
  readonly maxDelay: number;
}

/** Enough to reach any bound, and few enough for the power to be finite. */
const MOST_DOUBLINGS = 64;

/**
 * The pause before a retry, in milliseconds: random between 0 and a bound that doubles each time, so that requests that
 * failed together are not retried together. It is added to the wait that the server asks for.
 *
 * @param retry 1 for the first retry.
 * @param chance A random number from 0 up to 1.
 * @param retryAfter What the server asks for, in milliseconds.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("full jitter")
 */
export function backoffDelay(
  { initialDelay, maxDelay }: Backoff,
  retry: number,
  chance: number,
  retryAfter = 0,
): number {
  const bound = Math.min(maxDelay, initialDelay * 2 ** Math.min(retry - 1, MOST_DOUBLINGS));
  return Math.ceil(retryAfter + chance * bound);
}
