import type { TokenCount } from '../../model/TokenCount.ts';

/** Sums exact and estimated numbers of tokens. */
export class Tally {
  #tokens = 0;
  #uncertainty = 0;
  #exact = true;

  /** Adds an exact number of tokens. */
  add(tokens: number): void {
    this.#tokens += tokens;
  }

  /**
   * Adds an estimated number of tokens.
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
