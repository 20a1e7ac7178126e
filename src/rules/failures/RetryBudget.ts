/** How long it takes until there may be one more retry, in milliseconds: so a client with few requests has some too. */
const RETRY = 6_000;

/** What a request adds, in the same milliseconds: a fifth of all requests may be retries beside those. */
const SHARE = RETRY / 5;

/** How many retries flow back at the most, and how many can be saved up: those of a thousand requests. */
const FLOOR = 10 * RETRY;
const SAVED = 200 * RETRY;

/**
 * Keeps retries from multiplying the load on a server that is in trouble: all requests together may be repeated only
 * so often, however often each of them might be.
 *
 * The shares are Finagle's, which many have taken over.
 *
 * @see https://twitter.github.io/finagle/guide/Clients.html#retries
 */
export class RetryBudget {
  /** In milliseconds of what flows back, so that nothing is lost to rounding. */
  #left = FLOOR;
  #at: number;

  /** @param now Milliseconds. */
  constructor(now: number) {
    this.#at = now;
  }

  /** Notes a request, which adds to what may be retried. */
  request(): void {
    this.#left = Math.min(this.#left + SHARE, SAVED);
  }

  /** Takes one retry, if there is one left. */
  retry(now: number): boolean {
    const elapsed = Math.max(0, now - this.#at);
    this.#at += elapsed;
    this.#left = Math.max(this.#left, Math.min(this.#left + elapsed, FLOOR));
    if (this.#left < RETRY) return false;
    this.#left -= RETRY;
    return true;
  }
}
