import type { ObservableInput } from 'rxjs';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { TokenCount } from '../model/TokenCount.ts';

/**
 * Counts the tokens of a request's prompt as Groq would.
 *
 * The smallest one for prompts of text goes by their bytes. No token is shorter than one:
 *
 * ```ts
 * import type { TokenCounter } from 'rxgroq/operators';
 *
 * const counter: TokenCounter = {
 *   count: ({ messages, tools }) => {
 *     const bytes = Buffer.byteLength(JSON.stringify({ messages, tools }));
 *     return { tokens: 70 + Math.ceil(bytes / 4), bound: 100 + bytes, exact: false };
 *   },
 * };
 * const messages = [{ role: 'user' as const, content: 'Why is the sky blue?' }];
 * counter.count({ model: 'openai/gpt-oss-20b', messages }); // => { tokens: 86, bound: 163, exact: false }
 * ```
 */
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
