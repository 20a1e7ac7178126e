import type { TokenCount } from '../../model/TokenCount.ts';

/** Adds up tokens, the certain ones and the guessed ones. */
export class Tally {
  #tokens = 0;
  #slack = 0;
  #exact = true;

  /** Adds tokens that are certain. */
  add(tokens: number): void {
    this.#tokens += tokens;
  }

  /**
   * Adds tokens that are not certain.
   *
   * @param slack How many more there may be.
   */
  guess(tokens: number, slack: number): void {
    this.#tokens += tokens;
    this.#slack += Math.ceil(slack);
    this.#exact = false;
  }

  get total(): TokenCount {
    return { tokens: this.#tokens, bound: this.#tokens + this.#slack, exact: this.#exact };
  }
}
