import type { ObservableInput } from 'rxjs';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { TokenCount } from '../model/TokenCount.ts';

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
