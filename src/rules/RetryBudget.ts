/** Which part of all requests may be retries. */
const SHARE = 0.2;

/** How many retries there may be each minute beside that share, so that a client with few requests has some too. */
const FLOOR = 10;

/** How many retries can be saved up: those of a thousand requests. */
const SAVED = 200;

const MINUTE = 60_000;

/**
 * Keeps retries from multiplying the load on a server that is in trouble: all requests together may be repeated only
 * so often, however often each of them might be.
 *
 * The shares are Finagle's, which many have taken over.
 *
 * @see https://twitter.github.io/finagle/guide/Clients.html#retries
 */
export class RetryBudget {
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
    const flowed = (Math.max(0, now - this.#at) * FLOOR) / MINUTE;
    this.#at = now;
    this.#left = Math.max(this.#left, Math.min(this.#left + flowed, FLOOR));
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
