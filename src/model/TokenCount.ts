/** How many tokens a prompt has. */
export interface TokenCount {
  /** The best guess at what Groq will report as `prompt_tokens`. */
  readonly tokens: number;
  /** What Groq will not report more than, as far as is known. It is what gets reserved. */
  readonly bound: number;
  /** Whether `tokens` is certain. */
  readonly exact: boolean;
}
