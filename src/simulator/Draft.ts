import type { ReasoningToken, TextToken, Token, ToolCallToken } from '../model/Token.ts';
import type { Usage } from '../model/Usage.ts';
import { isObject } from '../rules/isObject.ts';

/** One step of the model: the token that it sends, and its cost. */
export interface Piece {
  /** Absent if the model reasons without showing it. */
  readonly token?: TextToken | ReasoningToken | ToolCallToken;
  /** The number of completion tokens. */
  readonly cost: number;
  /** How many of them count as reasoning. */
  readonly reasoning: number;
}

/** The planned answer of a simulated model. */
export interface Draft {
  readonly pieces: readonly Piece[];
  readonly finish: string;
  /** The number of completion tokens after the last piece, such as the end marker. */
  readonly tail: number;
  /** The reported usage, if the option `reply` gave one. */
  readonly usage?: Usage;
}

/** The tokens that were written so far. */
export interface WrittenTokens {
  readonly completionTokens: number;
  readonly reasoningTokens: number;
}

/**
 * Splits a text into pieces that are about as long as tokens: words with the space before them, and punctuation.
 * Concatenated, they are the text.
 */
export function textPieces(text: string): string[] {
  return text.match(/ ?[\p{L}\p{N}_']+|\s?[^\s\p{L}\p{N}_']|\s+/gu) ?? [];
}

/** The tokens of a tool call: its name, its arguments and the markers around them. */
export function toolCallCost({ name, arguments: args }: Pick<ToolCallToken, 'name' | 'arguments'>): number {
  return textPieces(name).length + textPieces(args).length + 4;
}

/**
 * Turns the result of the option `reply` into a draft. Each token of a list is one chunk, and counts as one token
 * unless it is a tool call.
 */
export function draftOf(reply: string | readonly Token[]): Draft {
  const tokens = typeof reply === 'string' ? textPieces(reply).map((text) => ({ type: 'text', text }) as const) : reply;
  if (!Array.isArray(tokens)) throw notAReply();
  const pieces: Piece[] = [];
  let finish: string | undefined;
  let usage: Usage | undefined;
  for (const token of tokens) {
    assertToken(token);
    if (token.type === 'finish') ({ reason: finish, usage } = token);
    else if (token.type === 'tool-call') pieces.push({ token, cost: toolCallCost(token), reasoning: 0 });
    else pieces.push({ token, cost: 1, reasoning: token.type === 'reasoning' ? 1 : 0 });
  }
  finish ??= pieces.some(({ token }) => token?.type === 'tool-call') ? 'tool_calls' : 'stop';
  return { pieces, finish, tail: 0, ...(usage && { usage }) };
}

function assertToken(token: unknown): asserts token is Token {
  const { type, text, name, arguments: args } = isObject(token) ? token : {};
  if (type === 'finish') return;
  if (type === 'tool-call' && typeof name === 'string' && typeof args === 'string') return;
  if ((type === 'text' || type === 'reasoning') && typeof text === 'string') return;
  throw notAReply();
}

const notAReply = (): TypeError =>
  new TypeError(
    "the option reply must return a text or a list of tokens of type 'text', 'reasoning', 'tool-call' or 'finish'",
  );

/** Truncates a draft that exceeds `maxTokens`, with the finish reason `length`. */
export function fitDraft(draft: Draft, maxTokens: number): Draft {
  let sum = 0;
  for (const [index, { cost }] of draft.pieces.entries()) {
    // The model uses all its tokens, but a piece that does not fit is not sent.
    if (sum + cost > maxTokens) {
      return { ...draft, pieces: draft.pieces.slice(0, index), finish: 'length', tail: maxTokens - sum };
    }
    sum += cost;
  }
  return sum + draft.tail > maxTokens ? { ...draft, finish: 'length', tail: maxTokens - sum } : draft;
}

/** The tokens of the first `count` pieces, or of all pieces and the end marker. */
export function written({ pieces, tail }: Draft, count = Number.POSITIVE_INFINITY): WrittenTokens {
  let completionTokens = count > pieces.length ? tail : 0;
  let reasoningTokens = 0;
  for (const { cost, reasoning } of pieces.slice(0, count)) {
    completionTokens += cost;
    reasoningTokens += reasoning;
  }
  return { completionTokens, reasoningTokens };
}
