import type { WithoutCallOptions } from './CallOptionName.ts';
import type { ChatModelId } from './Models.ts';

/** A text part of a message. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

/** An image part of a message, for models with vision. */
export interface ImagePart {
  readonly type: 'image_url';
  readonly image_url: {
    /** An https URL, or a data URL that contains the image. */
    readonly url: string;
    readonly detail?: 'auto' | 'low' | 'high' | undefined;
  };
}

/** A document part of a message. */
export interface DocumentPart {
  readonly type: 'document';
  readonly document: {
    readonly id?: string | null | undefined;
    readonly data?: unknown;
    readonly [more: string]: unknown;
  };
}

/** A part of a user message. */
export type ContentPart = TextPart | ImagePart | DocumentPart;

/** The content of a message: a text, or several text parts. */
export type TextContent = string | readonly TextPart[];

/** Instructions for the model. `developer` is another name for `system`. */
export interface SystemMessage {
  readonly role: 'system' | 'developer';
  readonly content: TextContent;
  readonly name?: string | undefined;
}

/** A message from the user. */
export interface UserMessage {
  readonly role: 'user';
  readonly content: string | readonly ContentPart[];
  readonly name?: string | undefined;
}

/** A tool call that the model requests. */
export interface ToolCall {
  /** The id that the answering {@link ToolMessage} refers to. */
  readonly id: string;
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    /** JSON, as the model wrote it. */
    readonly arguments: string;
  };
}

/** A message from the model. */
export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content?: TextContent | null | undefined;
  readonly reasoning?: string | null | undefined;
  readonly tool_calls?: readonly ToolCall[] | undefined;
  /** Deprecated by Groq in favour of `tool_calls`. */
  readonly function_call?: { readonly name: string; readonly arguments: string } | null | undefined;
  readonly name?: string | undefined;
}

/** The result of a tool call. */
export interface ToolMessage {
  readonly role: 'tool';
  readonly content: TextContent;
  /** The `id` of the {@link ToolCall} that this is the result of. */
  readonly tool_call_id: string;
  readonly name?: string | undefined;
}

/** The result of a function call. Deprecated by Groq in favour of {@link ToolMessage}. */
export interface FunctionMessage {
  readonly role: 'function';
  readonly content: TextContent | null;
  readonly name: string;
}

/** One message of a conversation. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage | FunctionMessage;

/** A tool that the model may call, or one that Groq runs itself. */
export interface Tool {
  /**
   * `function` for your own tools; Groq also has `browser_search` and `code_interpreter` for some models, and `mcp`.
   */
  readonly type: string;
  readonly function?:
    | {
        readonly name: string;
        readonly description?: string | undefined;
        /** The parameters, as a JSON Schema. */
        readonly parameters?: Readonly<Record<string, unknown>> | undefined;
        /** Whether the arguments must match `parameters`. */
        readonly strict?: boolean | null | undefined;
        readonly [more: string]: unknown;
      }
    | undefined;
  readonly [more: string]: unknown;
}

/** Whether the model may or must call tools, or which one it must call. */
export type ToolChoice = 'none' | 'auto' | 'required' | { readonly type: string; readonly [more: string]: unknown };

/** The format of the answer. */
export type ResponseFormat =
  | { readonly type: 'text' }
  /** Any JSON. A message must ask for JSON explicitly. */
  | { readonly type: 'json_object' }
  /** JSON that follows a schema. */
  | {
      readonly type: 'json_schema';
      readonly json_schema: {
        readonly name: string;
        readonly description?: string | undefined;
        /** A JSON Schema. */
        readonly schema?: Readonly<Record<string, unknown>> | undefined;
        /** Whether the answer must match the schema; otherwise the model only tries to. */
        readonly strict?: boolean | null | undefined;
        readonly [more: string]: unknown;
      };
    };

/**
 * A chat completion request, with Groq's field names: the body of `POST /chat/completions`. Fields that are not listed
 * here are passed through to Groq unchanged, so a field that is newer than this package can be spread into a request.
 * Only options of the call, such as `priority`, are refused.
 *
 * @see https://console.groq.com/docs/api-reference#chat-create
 */
export interface ChatRequest extends WithoutCallOptions {
  readonly model: ChatModelId;
  /** At least one message. */
  readonly messages: readonly Message[];
  /** The maximum length of the completion, in tokens. Groq charges it on admission. */
  readonly max_completion_tokens?: number | null | undefined;
  /** Deprecated by Groq in favour of `max_completion_tokens`. */
  readonly max_tokens?: number | null | undefined;
  /** Sampling temperature, from 0 to 2. @default 1 */
  readonly temperature?: number | null | undefined;
  /** Nucleus sampling: only tokens within this probability mass are considered, from 0 to 1. @default 1 */
  readonly top_p?: number | null | undefined;
  /** Seed for sampling: the same request gives the same answer, as far as Groq can guarantee it. */
  readonly seed?: number | null | undefined;
  /** Up to four stop sequences. The completion ends before the first one. */
  readonly stop?: string | readonly string[] | null | undefined;
  /** The number of completions. Groq supports only 1. */
  readonly n?: 1 | null | undefined;
  /** Up to 128 tools. */
  readonly tools?: readonly Tool[] | null | undefined;
  /** @default 'auto' when there are tools */
  readonly tool_choice?: ToolChoice | null | undefined;
  /** Whether the model may call several tools at once. @default true */
  readonly parallel_tool_calls?: boolean | null | undefined;
  /** Whether to allow tool calls that do not match the tool's definition. @default false */
  readonly disable_tool_validation?: boolean | null | undefined;
  /** @default { type: 'text' } */
  readonly response_format?: ResponseFormat | null | undefined;
  /** How much the model reasons. The supported values depend on the model. */
  readonly reasoning_effort?: 'none' | 'default' | 'low' | 'medium' | 'high' | null | undefined;
  /** Whether reasoning is returned separately (`parsed`), within the text (`raw`) or not at all (`hidden`). */
  readonly reasoning_format?: 'hidden' | 'raw' | 'parsed' | null | undefined;
  /** Whether reasoning is returned. Cannot be combined with `reasoning_format`. */
  readonly include_reasoning?: boolean | null | undefined;
  /** @default 'on_demand' */
  readonly service_tier?: 'auto' | 'on_demand' | 'flex' | 'performance' | null | undefined;
  /** An id of the end user, so that Groq can attribute misuse to a single user. */
  readonly user?: string | null | undefined;
  /** Documents that the answer should be based on. */
  readonly documents?: readonly Readonly<Record<string, unknown>>[] | null | undefined;
  /** Whether the answer cites the documents. @default 'enabled' */
  readonly citation_options?: 'enabled' | 'disabled' | null | undefined;
  /** For Groq Compound: where it searches. */
  readonly search_settings?: Readonly<Record<string, unknown>> | null | undefined;
  /** For Groq Compound: which models and tools it uses. */
  readonly compound_custom?: Readonly<Record<string, unknown>> | null | undefined;
  /** Not yet supported by any of Groq's models, according to its reference. */
  readonly frequency_penalty?: number | null | undefined;
  readonly presence_penalty?: number | null | undefined;
  readonly logit_bias?: Readonly<Record<string, number>> | null | undefined;
  readonly logprobs?: boolean | null | undefined;
  readonly top_logprobs?: number | null | undefined;
  readonly metadata?: Readonly<Record<string, string>> | null | undefined;
  readonly store?: boolean | null | undefined;
  /** Ignored: the method that is called determines it. */
  readonly stream?: boolean | null | undefined;
  readonly stream_options?: Readonly<Record<string, unknown>> | null | undefined;
}

/**
 * A request whose model may be omitted. The client copies the list of messages when the request is made, so the list
 * may be changed afterwards, even while the request waits. The message objects themselves are not copied.
 */
export interface ChatInput extends Omit<ChatRequest, 'model'> {
  /** @default the model of `defaults`, or 'openai/gpt-oss-20b' */
  readonly model?: ChatModelId | undefined;
}
