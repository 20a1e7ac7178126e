/** The time that adds one retry to the budget, in milliseconds, so that a client with few requests can retry too. */
const RETRY = 6_000;

/** What each request adds, in the same milliseconds: in addition, a fifth of all requests may be retries. */
const SHARE = RETRY / 5;

/** The level up to which time adds retries, and the maximum level: the share of a thousand requests. */
const FLOOR = 10 * RETRY;
const SAVED = 200 * RETRY;

/**
 * Keeps retries from multiplying the load on a failing server: it limits the retries of all requests together, in
 * addition to the limit of each request.
 *
 * The ratios are Finagle's, which many libraries have adopted.
 *
 * @see https://twitter.github.io/finagle/guide/Clients.html#retries
 */
export class RetryBudget {
  /** The remaining retries, in milliseconds of refill, so that nothing is lost to rounding. */
  #left = FLOOR;
  #at: number;

  /** @param now Milliseconds. */
  constructor(now: number) {
    this.#at = now;
  }

  /** Adds the share of one request. */
  request(): void {
    this.#left = Math.min(this.#left + SHARE, SAVED);
  }

  /** Takes one retry, and returns whether one was left. */
  retry(now: number): boolean {
    const elapsed = Math.max(0, now - this.#at);
    this.#at += elapsed;
    this.#left = Math.max(this.#left, Math.min(this.#left + elapsed, FLOOR));
    if (this.#left < RETRY) return false;
    this.#left -= RETRY;
    return true;
  }
}
