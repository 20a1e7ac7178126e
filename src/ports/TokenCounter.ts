import type { ObservableInput } from 'rxjs';
import type { ChatRequest } from '../model/ChatRequest.ts';
import type { TokenCount } from '../model/TokenCount.ts';

/**
 * Counts the tokens of a request's prompt as Groq would.
 *
 * A minimal counter for text prompts counts bytes, since every token has at least one:
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
   * Returns a plain value if possible: a request that is counted asynchronously is queued after the others of its
   * burst. If it fails, the request is not sent, and the error is the cause of a {@link ValidationError}.
   */
  count(request: ChatRequest): TokenCount | ObservableInput<TokenCount>;
  /** Loads what the counter needs, so that the first count does not have to wait. */
  load?(): Promise<void>;
  /** Learns from the `prompt_tokens` that Groq reported. Errors are ignored, since the answer is complete by then. */
  observe?(request: ChatRequest, promptTokens: number): void;
}
