/** The pauses after a 429 that asks for no wait, in milliseconds: each is twice the previous one, up to the longest. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/** How many pauses in a row may be as short as the server asks. If it refuses after them, its waits are too short. */
const PATIENCE = 3;

/** Determines how long to pause after each 429 of a model. */
export class RefusalPause {
  /** The number of pauses since the last answer that was not a 429. */
  #pauses = 0;
  /** When the latest pause ends, in milliseconds. */
  #until = -Infinity;

  /**
   * Returns how long to pause after a 429, in milliseconds. All that arrive during a pause have the same cause, so they
   * count as one.
   *
   * @param ms The wait that the 429 asks for, if any.
   * @param now Milliseconds.
   */
  refused(ms: number | undefined, now: number): number {
    const isNew = now >= this.#until;
    if (isNew) this.#pauses += 1;
    const own = Math.min(FIRST_PAUSE * 2 ** (this.#pauses - 1), LONGEST_PAUSE);
    const pause = ms === undefined ? own : this.#pauses > PATIENCE ? Math.max(ms, own) : ms;
    if (isNew) this.#until = now + pause;
    return pause;
  }

  /** Called with an answer that is not a 429. */
  answered(): void {
    this.#pauses = 0;
    this.#until = -Infinity;
  }
}
