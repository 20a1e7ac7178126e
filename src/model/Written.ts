/** What a model has written of a completion until now. */
export interface Written {
  /** All that is no reasoning: the text, and names and arguments of tool calls. */
  readonly text: string;
  readonly reasoning: string;
  /** In how many pieces each of them has come. Groq sends one for each token. */
  readonly pieces: { readonly text: number; readonly reasoning: number };
}

/** An answer that is being read, or was. */
export interface Reading {
  readonly written: Written;
}

/** Who wants to know at some time what was written. */
export interface Follower {
  /** Is given an answer as soon as it is being read. */
  follow?(reading: Reading): void;
}
