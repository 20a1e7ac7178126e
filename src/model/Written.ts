/** The part of a completion that has arrived so far. */
export interface Written {
  /** Everything except reasoning: the text, and the names and arguments of tool calls. */
  readonly text: string;
  readonly reasoning: string;
  /** The number of pieces of each. Groq sends one piece per token. */
  readonly pieces: { readonly text: number; readonly reasoning: number };
}

/** An answer that is being read, or was read. */
export interface Reading {
  readonly written: Written;
}

/** An object that may ask later for the text written so far. */
export interface Follower {
  /** Called with the answer as soon as it is being read. */
  follow?(reading: Reading): void;
}
