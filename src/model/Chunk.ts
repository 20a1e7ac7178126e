import type { Usage } from './Usage.ts';

/** Why a completion ended, as Groq documents it. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'function_call' | 'content_filter';

/** A part of a tool call, as it arrives in a delta. */
export interface ToolCallDelta {
  readonly index: number;
  readonly id?: string;
  readonly type?: 'function';
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

/** The part of the message that a chunk adds. */
export interface Delta {
  readonly role?: 'assistant';
  readonly content?: string | null;
  readonly reasoning?: string | null;
  /** For gpt-oss: `analysis` next to reasoning. */
  readonly channel?: string;
  readonly tool_calls?: readonly ToolCallDelta[];
  /** For Groq Compound: the tools that Groq has run. */
  readonly executed_tools?: readonly unknown[];
}

/**
 * One chunk of a streamed completion, as Groq sends it.
 *
 * @see https://console.groq.com/docs/api-reference#chat-create
 */
export interface ChatCompletionChunk {
  readonly id: string;
  readonly object: 'chat.completion.chunk';
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint?: string | null;
  readonly choices: readonly {
    readonly index: number;
    readonly delta: Delta;
    readonly logprobs?: unknown;
    readonly finish_reason: FinishReason | (string & {}) | null;
  }[];
  readonly usage?: Usage | null;
  readonly service_tier?: string | null;
  readonly x_groq?: {
    readonly id?: string;
    readonly seed?: number;
    readonly usage?: Usage;
    /** For Groq Compound: the usage of each model. */
    readonly usage_breakdown?: unknown;
    readonly error?: string;
  } | null;
}

/** A completion that was not streamed, as Groq sends it. */
export interface ChatCompletion {
  readonly id: string;
  readonly object: 'chat.completion';
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly message: {
      readonly role: 'assistant';
      readonly content?: string | null;
      readonly reasoning?: string | null;
      readonly tool_calls?: readonly {
        readonly id: string;
        readonly type: 'function';
        readonly function: { readonly name: string; readonly arguments: string };
      }[];
      /** For Groq Compound: the tools that Groq has run. */
      readonly executed_tools?: readonly unknown[];
    };
    readonly logprobs?: unknown;
    readonly finish_reason: FinishReason | (string & {}) | null;
  }[];
  readonly usage?: Usage | null;
  /** For Groq Compound: the usage of each model. */
  readonly usage_breakdown?: unknown;
  readonly system_fingerprint?: string | null;
  readonly x_groq?: { readonly id?: string; readonly seed?: number; readonly usage?: Usage } | null;
  readonly service_tier?: string | null;
}

/** A server-sent event. */
export interface ServerEvent {
  /** The type of the event; `message` if it has none. */
  readonly event: string;
  readonly data: string;
  /** The last event id of the stream, or the empty string. */
  readonly lastEventId: string;
}
