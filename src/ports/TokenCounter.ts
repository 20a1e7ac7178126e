import type { ObservableInput } from 'rxjs';
import type { ChatRequest } from '../model/ChatRequest.ts';

/** How many tokens a prompt has. */
export interface TokenCount {
  /** The best guess at what Groq will report as `prompt_tokens`. */
  readonly tokens: number;
  /** What Groq will not report more than, as far as is known. It is what gets reserved. */
  readonly bound: number;
  /** Whether `tokens` is certain. */
  readonly exact: boolean;
}

/** Counts the tokens of a request's prompt as Groq would. */
export interface TokenCounter {
  /**
   * A plain value where it can: what is counted later comes after the others of its burst. What it fails with becomes
   * the cause of a {@link ValidationError}, and the request is not sent.
   */
  count(request: ChatRequest): TokenCount | ObservableInput<TokenCount>;
  /** Gets ready, so that the first count does not wait for it. */
  load?(): Promise<void>;
  /** Learns from what Groq reported. What it throws goes unheard: the answer is whole by then. */
  observe?(request: ChatRequest, promptTokens: number): void;
}
