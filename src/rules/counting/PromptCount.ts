/** How many tokens a prompt has, as far as its text tells. */
export interface PromptCount {
  /** The best guess at what Groq will report as `prompt_tokens`. */
  readonly tokens: number;
  /** What Groq will not report more than, as far as is known. */
  readonly bound: number;
  /** Whether `tokens` is certain. */
  readonly exact: boolean;
}

/** Counts the tokens of a text. */
export type CountText = (text: string) => number;
