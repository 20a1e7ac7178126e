import type { WithoutCallOptions } from './CallOptionName.ts';
import type { ChatModelId } from './Models.ts';

/** A part of a message that is text. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

/** A part of a message that is a picture, for models that see. */
export interface ImagePart {
  readonly type: 'image_url';
  readonly image_url: {
    /** An https URL, or a data URL that holds the picture itself. */
    readonly url: string;
    readonly detail?: 'auto' | 'low' | 'high' | undefined;
  };
}

/** A part of a message that is a document. */
export interface DocumentPart {
  readonly type: 'document';
  readonly document: {
    readonly id?: string | null | undefined;
    readonly data?: unknown;
    readonly [more: string]: unknown;
  };
}

/** A part of a user's message. */
export type ContentPart = TextPart | ImagePart | DocumentPart;

/** What a message says: a text, or several. */
export type TextContent = string | readonly TextPart[];

/** What the model is to be and to do, before anybody speaks. `developer` is another name for it. */
export interface SystemMessage {
  readonly role: 'system' | 'developer';
  readonly content: TextContent;
  readonly name?: string | undefined;
}

/** What a user says. */
export interface UserMessage {
  readonly role: 'user';
  readonly content: string | readonly ContentPart[];
  readonly name?: string | undefined;
}

/** A tool that the model has asked to be called. */
export interface ToolCall {
  /** By which the {@link ToolMessage} names it that answers. */
  readonly id: string;
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    /** JSON, as the model wrote it. */
    readonly arguments: string;
  };
}

/** A message that a model wrote. */
export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content?: TextContent | null | undefined;
  readonly reasoning?: string | null | undefined;
  readonly tool_calls?: readonly ToolCall[] | undefined;
  /** Deprecated by Groq in favour of `tool_calls`. */
  readonly function_call?: { readonly name: string; readonly arguments: string } | null | undefined;
  readonly name?: string | undefined;
}

/** What a tool has given. */
export interface ToolMessage {
  readonly role: 'tool';
  readonly content: TextContent;
  /** The `id` of the {@link ToolCall} that it answers. */
  readonly tool_call_id: string;
  readonly name?: string | undefined;
}

/** What a function has given. Deprecated by Groq in favour of {@link ToolMessage}. */
export interface FunctionMessage {
  readonly role: 'function';
  readonly content: TextContent | null;
  readonly name: string;
}

/** One message of a conversation. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage | FunctionMessage;

/** A tool that the model may ask to be called, or one that Groq runs itself. */
export interface Tool {
  /** `function` for your own; Groq has `browser_search` and `code_interpreter` for some models, and `mcp`. */
  readonly type: string;
  readonly function?:
    | {
        readonly name: string;
        readonly description?: string | undefined;
        /** What it takes, as a JSON Schema. */
        readonly parameters?: Readonly<Record<string, unknown>> | undefined;
        /** Whether the arguments have to be as `parameters` says. */
        readonly strict?: boolean | null | undefined;
        readonly [more: string]: unknown;
      }
    | undefined;
  readonly [more: string]: unknown;
}

/** Whether the model calls tools, or which one it has to call. */
export type ToolChoice = 'none' | 'auto' | 'required' | { readonly type: string; readonly [more: string]: unknown };

/** In which form a model answers. */
export type ResponseFormat =
  | { readonly type: 'text' }
  /** Any JSON. A message has to ask for it in words. */
  | { readonly type: 'json_object' }
  /** JSON of this form. */
  | {
      readonly type: 'json_schema';
      readonly json_schema: {
        readonly name: string;
        readonly description?: string | undefined;
        /** A JSON Schema. */
        readonly schema?: Readonly<Record<string, unknown>> | undefined;
        /** Whether the answer has to be so, rather than is asked to be. */
        readonly strict?: boolean | null | undefined;
        readonly [more: string]: unknown;
      };
    };

/**
 * A request for a chat completion, named as Groq names it: the body of `POST /chat/completions`. What is not listed here
 * passes through to Groq untouched, so a field that is newer than this package can be spread into a request. Only what
 * is an option of the call, as `priority` is, has no place in it.
 *
 * @see https://console.groq.com/docs/api-reference#chat-create
 */
export interface ChatRequest extends WithoutCallOptions {
  readonly model: ChatModelId;
  /** At least one. */
  readonly messages: readonly Message[];
  /** How long the completion may be, in tokens. Groq charges it on admission. */
  readonly max_completion_tokens?: number | null | undefined;
  /** Deprecated by Groq in favour of `max_completion_tokens`. */
  readonly max_tokens?: number | null | undefined;
  /** How much chance there is in what is written, from 0 to 2. @default 1 */
  readonly temperature?: number | null | undefined;
  /** Only what makes up this part of the probability is written, from 0 to 1. @default 1 */
  readonly top_p?: number | null | undefined;
  /** Makes the same request give the same answer, as far as Groq can. */
  readonly seed?: number | null | undefined;
  /** Up to four texts before which the completion ends. */
  readonly stop?: string | readonly string[] | null | undefined;
  /** Groq gives one. */
  readonly n?: 1 | null | undefined;
  /** Up to 128. */
  readonly tools?: readonly Tool[] | null | undefined;
  /** @default 'auto' when there are tools */
  readonly tool_choice?: ToolChoice | null | undefined;
  /** Whether several tools may be called at a time. @default true */
  readonly parallel_tool_calls?: boolean | null | undefined;
  /** Whether to let calls through that are not as their tool says. @default false */
  readonly disable_tool_validation?: boolean | null | undefined;
  /** @default { type: 'text' } */
  readonly response_format?: ResponseFormat | null | undefined;
  /** How much a model reasons. Which of these it knows depends on the model. */
  readonly reasoning_effort?: 'none' | 'default' | 'low' | 'medium' | 'high' | null | undefined;
  /** Whether reasoning comes by itself (`parsed`), within the text (`raw`) or not at all. */
  readonly reasoning_format?: 'hidden' | 'raw' | 'parsed' | null | undefined;
  /** Whether reasoning comes. Not together with `reasoning_format`. */
  readonly include_reasoning?: boolean | null | undefined;
  /** @default 'on_demand' */
  readonly service_tier?: 'auto' | 'on_demand' | 'flex' | 'performance' | null | undefined;
  /** Whoever the request is for, so that Groq can tell misuse by one from that by all. */
  readonly user?: string | null | undefined;
  /** What the model is to answer from. */
  readonly documents?: readonly Readonly<Record<string, unknown>>[] | null | undefined;
  /** Whether the answer cites them. @default 'enabled' */
  readonly citation_options?: 'enabled' | 'disabled' | null | undefined;
  /** Of Groq Compound: where it searches. */
  readonly search_settings?: Readonly<Record<string, unknown>> | null | undefined;
  /** Of Groq Compound: which models and tools it uses. */
  readonly compound_custom?: Readonly<Record<string, unknown>> | null | undefined;
  /** What is not yet supported by any of Groq's models, as its reference says. */
  readonly frequency_penalty?: number | null | undefined;
  readonly presence_penalty?: number | null | undefined;
  readonly logit_bias?: Readonly<Record<string, number>> | null | undefined;
  readonly logprobs?: boolean | null | undefined;
  readonly top_logprobs?: number | null | undefined;
  readonly metadata?: Readonly<Record<string, string>> | null | undefined;
  readonly store?: boolean | null | undefined;
  /** The method that is called decides. */
  readonly stream?: boolean | null | undefined;
  readonly stream_options?: Readonly<Record<string, unknown>> | null | undefined;
}

/**
 * A request whose model may be left to the defaults of the client. Its list of messages may be changed as soon as it is
 * asked: what is in it then is sent, however long that waits. The messages themselves stay those of the caller.
 */
export interface ChatInput extends Omit<ChatRequest, 'model'> {
  /** @default the one of `defaults`, or else 'openai/gpt-oss-20b' */
  readonly model?: ChatModelId | undefined;
}
