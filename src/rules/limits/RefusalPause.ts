/** How long nothing is sent after a 429 that does not say how long: twice as long each time, in milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/** How long to pause after each 429 of a model. */
export class RefusalPause {
  /** How many have come since the last answer. */
  #refusals = 0;

  /**
   * Tells how long to pause after another 429, in milliseconds.
   *
   * @param ms What it asks for, if it does.
   */
  refused(ms: number | undefined): number {
    this.#refusals += 1;
    return ms ?? Math.min(FIRST_PAUSE * 2 ** (this.#refusals - 1), LONGEST_PAUSE);
  }

  /** Hears of an answer. */
  answered(): void {
    this.#refusals = 0;
  }
}
