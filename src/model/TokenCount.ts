/** The number of tokens of a prompt. */
export interface TokenCount {
  /** The best estimate of what Groq will report as `prompt_tokens`. */
  readonly tokens: number;
  /** The upper bound: Groq is not expected to report more. This number is reserved. */
  readonly bound: number;
  /** Whether `tokens` is exact rather than an estimate. */
  readonly exact: boolean;
}
