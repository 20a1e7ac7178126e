import type { TokenCount } from '../../model/TokenCount.ts';

/** Adds up tokens, the certain ones and the guessed ones. */
export class Tally {
  #tokens = 0;
  #uncertainty = 0;
  #exact = true;

  /** Adds tokens that are certain. */
  add(tokens: number): void {
    this.#tokens += tokens;
  }

  /**
   * Adds tokens that are not certain.
   *
   * @param uncertainty How many more there may be.
   */
  guess(tokens: number, uncertainty: number): void {
    this.#tokens += tokens;
    this.#uncertainty += Math.ceil(uncertainty);
    this.#exact = false;
  }

  get total(): TokenCount {
    return { tokens: this.#tokens, bound: this.#tokens + this.#uncertainty, exact: this.#exact };
  }
}
