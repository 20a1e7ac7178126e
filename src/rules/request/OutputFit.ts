/** How many of the latest completions of a kind are remembered. */
const REMEMBERED = 200;

/** From how many on they say something. */
const ENOUGH = 20;

/** How much more than the quantile is allowed: a part of it, and some tokens for short ones. */
const HEADROOM = 1.2;
const SOME = 16;

/**
 * Remembers how many tokens completions of a kind had, to choose a `max_completion_tokens` that costs no more on
 * admission than it has to: Groq charges the maximum first and gives back what was not used only at the end.
 */
export class OutputFit {
  readonly #lengths: number[] = [];
  #next = 0;

  /** Notes how many tokens a completion had, `Infinity` when that is not known. */
  observe(completionTokens: number): void {
    this.#lengths[this.#next] = completionTokens;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  /**
   * What to send as `max_completion_tokens`.
   *
   * @param asked What was asked for.
   * @param room What fits into the smallest bucket beside the prompt, in tokens.
   * @param quantile Which part of all completions has to fit, from 0 to 1.
   */
  fit(asked: number, room: number, quantile: number): number {
    return Math.max(1, Math.min(asked, room, this.#usual(quantile)));
  }

  #usual(quantile: number): number {
    if (this.#lengths.length < ENOUGH) return Infinity;
    const sorted = this.#lengths.toSorted((a, b) => a - b);
    const index = Math.min(sorted.length - 1, Math.floor(sorted.length * quantile));
    return Math.ceil((sorted[index] ?? Infinity) * HEADROOM) + SOME;
  }
}
