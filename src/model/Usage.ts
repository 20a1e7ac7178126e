/**
 * The usage of a completion, as Groq reports it.
 *
 * @see https://console.groq.com/docs/api-reference#chat-create
 */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  /** Seconds. */
  readonly queue_time?: number;
  /** Seconds. */
  readonly prompt_time?: number;
  /** Seconds. */
  readonly completion_time?: number;
  /** Seconds, without the time in Groq's queue. */
  readonly total_time?: number;
  /** Only present on a cache hit. Cached tokens do not count towards the limits. */
  readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null;
  /** Only present for reasoning models. */
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null;
}
