/** The number of latest completions that are kept for a kind. */
const REMEMBERED = 200;

/** The minimum number of completions for a quantile. */
const ENOUGH = 20;

/** The margin above the quantile: a factor, and some tokens for short completions. */
const HEADROOM = 1.2;
const SOME = 16;

/**
 * Keeps the lengths of completions of a kind, to choose a `max_completion_tokens` that costs little on admission: Groq
 * charges the maximum first, and refunds the unused part only at the end.
 */
export class OutputFit {
  readonly #lengths: number[] = [];
  #next = 0;

  /** Records the length of a completion in tokens: `Infinity` if it is not known. */
  observe(completionTokens: number): void {
    this.#lengths[this.#next] = completionTokens;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  /**
   * The `max_completion_tokens` to send.
   *
   * @param asked The requested maximum.
   * @param room How many tokens fit into the smallest bucket besides the prompt.
   * @param quantile The fraction of completions that must fit, from 0 to 1.
   */
  fit(asked: number, room: number, quantile: number): number {
    // A limit may be a fraction, such as a third of an account, but tokens are whole.
    return Math.max(1, Math.floor(Math.min(asked, room, this.#usual(quantile))));
  }

  #usual(quantile: number): number {
    if (this.#lengths.length < ENOUGH) return Infinity;
    const sorted = this.#lengths.toSorted((a, b) => a - b);
    const index = Math.min(sorted.length - 1, Math.floor(sorted.length * quantile));
    return Math.ceil((sorted[index] ?? Infinity) * HEADROOM) + SOME;
  }
}
