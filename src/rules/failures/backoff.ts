/** How the pauses between attempts grow. */
export interface Backoff {
  /** The longest pause before the first retry, in milliseconds. */
  readonly initialDelay: number;
  /** The longest pause there is, in milliseconds. */
  readonly maxDelay: number;
}

/** Enough for any bound to be reached, and few enough for the power to be a number. */
const MOST_DOUBLINGS = 64;

/**
 * The pause before a retry, in milliseconds: anything between nothing and a bound that doubles each time, so that those
 * who failed together do not come back together. What the server asks for is waited in full, and more on top.
 *
 * @param retry 1 for the first retry.
 * @param chance From 0 up to 1.
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
