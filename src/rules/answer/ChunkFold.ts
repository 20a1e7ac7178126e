import { ProtocolError } from '../../errors/ProtocolError.ts';
import { TruncatedStreamError } from '../../errors/TruncatedStreamError.ts';
import type { ChatCompletionChunk, ToolCallDelta } from '../../model/Chunk.ts';
import type { AnswerSnapshot, FinishToken, Token, ToolCallToken } from '../../model/Token.ts';
import type { Usage } from '../../model/Usage.ts';
import type { Reading, Written } from '../../model/Written.ts';
import { MAX_ARGUMENTS, MAX_TOOL_CALLS } from './bounds.ts';
import { JoinedText } from './JoinedText.ts';
import { textOr } from './textOr.ts';
import { usageOf } from './usageOf.ts';

/** Receives tokens. */
export interface TokenSink {
  next(token: Token): void;
}

/** A tool call whose fragments are still arriving. */
interface PendingToolCall {
  id: string;
  name: string;
  arguments: string;
}

/**
 * Turns the chunks of one stream into tokens: text and reasoning immediately, and the complete tool calls and the
 * finish token once the finish reason and the usage are known, or on {@link end}.
 */
export class ChunkFold implements Reading {
  readonly #destination: TokenSink;
  /** By index. Undefined before the first one. */
  #toolCalls: Map<number, PendingToolCall> | undefined;
  /** The number of fragments of tool calls so far. */
  #callPieces = 0;
  /** The length of the arguments of all tool calls so far. */
  #argumentsLength = 0;
  readonly #text = new JoinedText();
  readonly #reasoning = new JoinedText();
  #id = '';
  #model = '';
  #requestId: string | undefined;
  #reason: FinishToken['reason'] | undefined;
  #usage: Usage | undefined;
  #finish: FinishToken | undefined;

  constructor(destination: TokenSink) {
    this.#destination = destination;
  }

  /** Whether any part has arrived. */
  get started(): boolean {
    const pieces = this.#text.count + this.#reasoning.count + this.#callPieces;
    return this.#model !== '' || pieces > 0;
  }

  /** Whether the answer is complete, except perhaps for its usage. */
  get whole(): boolean {
    return this.#reason !== undefined || this.#finish !== undefined;
  }

  /** Whether the finish token was emitted: later chunks are ignored. */
  get ended(): boolean {
    return this.#finish !== undefined;
  }

  get written(): Written {
    const calls = [...(this.#toolCalls?.values() ?? [])];
    return {
      text: this.#text.toString() + calls.map(({ name, arguments: args }) => name + args).join(''),
      reasoning: this.#reasoning.toString(),
      pieces: { text: this.#text.count + this.#callPieces, reasoning: this.#reasoning.count },
    };
  }

  /** The part that has arrived: with the end, if at most the usage is missing. */
  get snapshot(): AnswerSnapshot {
    return {
      text: this.#text.toString(),
      reasoning: this.#reasoning.toString(),
      toolCalls: this.#wholeCalls,
      ...(this.whole && { finish: this.#finish ?? this.#end }),
    };
  }

  /** Adds a piece of text that was read without parsing its chunk. The answer must not be complete. */
  text(text: string): void {
    if (text === '') return;
    this.#text.add(text);
    this.#destination.next({ type: 'text', text });
  }

  /** Adds a piece of reasoning, like {@link text}. */
  reasoning(text: string): void {
    if (text === '') return;
    this.#reasoning.add(text);
    this.#destination.next({ type: 'reasoning', text });
  }

  /** @throws {ProtocolError} when the index of a tool call is missing or out of range. */
  chunk(chunk: ChatCompletionChunk): void {
    if (this.#finish !== undefined) return;
    // Groq Compound gives each chunk its own id: the first one is used.
    if (this.#id === '') this.#id = typeof chunk.id === 'string' ? chunk.id : '';
    if (typeof chunk.model === 'string') this.#model = chunk.model;
    if (typeof chunk.x_groq?.id === 'string') this.#requestId ??= chunk.x_groq.id;
    this.#usage = usageOf(chunk) ?? this.#usage;
    const choice = chunk.choices.find(isFirst);
    const { content, reasoning, tool_calls: toolCalls } = choice?.delta ?? {};
    if (typeof reasoning === 'string') this.reasoning(reasoning);
    if (typeof content === 'string') this.text(content);
    if (Array.isArray(toolCalls)) for (const delta of toolCalls as unknown[]) this.#addToolCall(delta);
    // Some servers send an empty reason until the end.
    this.#reason = textOr(choice?.finish_reason) || this.#reason;
    if (this.#reason !== undefined && this.#usage !== undefined) this.end();
  }

  /** Emits the complete tool calls and the finish token, once. */
  end(): void {
    if (this.#finish !== undefined) return;
    for (const call of this.#wholeCalls) this.#destination.next(call);
    this.#finish = this.#end;
    this.#destination.next(this.#finish);
  }

  /** The error for a stream that broke off here. */
  truncated(cause?: unknown): TruncatedStreamError {
    return new TruncatedStreamError(this.snapshot, {
      usage: this.#usage,
      requestId: this.#requestId,
      ...(cause !== undefined && { cause }),
    });
  }

  /** The finish token, with the fields that are known. */
  get #end(): FinishToken {
    return {
      type: 'finish',
      reason: this.#reason ?? 'unknown',
      ...(this.#usage && { usage: this.#usage }),
      id: this.#id,
      model: this.#model,
    };
  }

  #addToolCall(delta: unknown): void {
    const { index, id, function: part } = (delta ?? {}) as Partial<ToolCallDelta>;
    if (index === undefined || !Number.isInteger(index) || index < 0 || index >= MAX_TOOL_CALLS) {
      throw new ProtocolError(`A tool call has an index outside of 0 to ${MAX_TOOL_CALLS - 1}.`);
    }
    this.#toolCalls ??= new Map();
    this.#callPieces += 1;
    const call = this.#toolCalls.get(index) ?? { id: '', name: '', arguments: '' };
    call.id = textOr(id, call.id);
    call.name += textOr(part?.name);
    const args = textOr(part?.arguments);
    call.arguments += args;
    this.#argumentsLength += args.length;
    this.#toolCalls.set(index, call);
  }

  /**
   * Whether a call is complete. A call without parameters may have no arguments at all. Arguments that are longer than
   * a model writes are not parsed: that could stop the process for seconds.
   */
  #isWhole({ arguments: args }: PendingToolCall): boolean {
    const reason = this.#reason;
    if (CALLS.has(reason) || (args === '' && reason === 'stop')) return true;
    return this.#argumentsLength <= MAX_ARGUMENTS && isJson(args);
  }

  /** The complete tool calls by index. Incomplete ones are dropped. */
  get #wholeCalls(): ToolCallToken[] {
    return [...(this.#toolCalls ?? [])]
      .sort(([a], [b]) => a - b)
      .filter(([, call]) => this.#isWhole(call))
      .map(([index, call]) => ({ type: 'tool-call', index, ...call }));
  }
}

/** The finish reasons of an answer that calls tools. */
const CALLS: ReadonlySet<unknown> = new Set(['tool_calls', 'function_call']);

/** Servers that return only one choice may omit its index. */
const isFirst = ({ index }: { readonly index?: number }): boolean => index === undefined || index === 0;

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
