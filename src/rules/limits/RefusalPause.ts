/** How long nothing is sent after a 429 that does not say how long: twice as long each time, in milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/** How many times in a row a server may ask for less. Who then still refuses does not know how long. */
const PATIENCE = 3;

/** How long to pause after each 429 of a model. */
export class RefusalPause {
  /** How many pauses there were since the last answer. */
  #pauses = 0;
  /** When the last one is over, in milliseconds. */
  #until = -Infinity;

  /**
   * Tells how long to pause after another 429, in milliseconds. Those that come in a pause are of the same cause.
   *
   * @param ms What it asks for, if it does.
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

  /** Called with an answer. */
  answered(): void {
    this.#pauses = 0;
    this.#until = -Infinity;
  }
}
