/**
 * The charge for a request on admission, or its actual usage.
 *
 * Groq checks `prompt + max_completion_tokens` against the limits on tokens, the prompt alone against those on input
 * tokens and `max_completion_tokens` alone against those on output tokens.
 */
export interface Cost {
  /** Requests: 1 for each attempt that reaches the server. */
  readonly requests: number;
  /** Tokens of prompt and completion together. */
  readonly tokens: number;
  /** Tokens of the prompt. */
  readonly inputTokens: number;
  /** Tokens of the completion. */
  readonly outputTokens: number;
  /** Seconds of audio. */
  readonly audioSeconds: number;
}
