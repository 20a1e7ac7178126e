import type { ReasoningToken, TextToken, Token, ToolCallToken } from '../model/Token.ts';
import type { Usage } from '../model/Usage.ts';

/** One step of the model: what it sends, and how many tokens that is. */
export interface Piece {
  /** Absent when the model thinks without showing it. */
  readonly token?: TextToken | ReasoningToken | ToolCallToken;
  /** How many completion tokens it is. */
  readonly cost: number;
  /** How many of them count as reasoning. */
  readonly reasoning: number;
}

/** What a simulated model is going to answer. */
export interface Draft {
  readonly pieces: readonly Piece[];
  readonly finish: string;
  /** How many completion tokens come after the last piece: the mark of the end. */
  readonly tail: number;
  /** What is reported as used, when the author of the reply has said so. */
  readonly usage?: Usage;
}

/** Tokens, as far as the answer has come. */
export interface WrittenTokens {
  readonly completionTokens: number;
  readonly reasoningTokens: number;
}

/**
 * Cuts a text into pieces that are about as long as tokens: words with the blank before them, and marks. Joined, they
 * are the text.
 */
export function textPieces(text: string): string[] {
  return text.match(/ ?[\p{L}\p{N}_']+|\s?[^\s\p{L}\p{N}_']|\s+/gu) ?? [];
}

/** What a tool call costs: its name and arguments, and the marks around them. */
export function toolCallCost({ name, arguments: args }: Pick<ToolCallToken, 'name' | 'arguments'>): number {
  return textPieces(name).length + textPieces(args).length + 4;
}

/** Turns what the option `reply` gave into a draft. Each token of a list is one chunk and counts as one token. */
export function draftOf(reply: string | readonly Token[]): Draft {
  const tokens = typeof reply === 'string' ? textPieces(reply).map((text) => ({ type: 'text', text }) as const) : reply;
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
  const { type, text } = (token ?? {}) as { type?: unknown; text?: unknown };
  if (type === 'finish' || type === 'tool-call') return;
  if ((type === 'text' || type === 'reasoning') && typeof text === 'string') return;
  throw new TypeError(
    "the option reply must return a text or a list of tokens of type 'text', 'reasoning', 'tool-call' or 'finish'",
  );
}

/** Ends a draft with `length` where it exceeds so many tokens. */
export function fitDraft(draft: Draft, maxTokens: number): Draft {
  let sum = 0;
  for (const [index, { cost }] of draft.pieces.entries()) {
    // The model writes to the last token, though what it writes is not to be seen when a piece is not whole.
    if (sum + cost > maxTokens) {
      return { ...draft, pieces: draft.pieces.slice(0, index), finish: 'length', tail: maxTokens - sum };
    }
    sum += cost;
  }
  return sum + draft.tail > maxTokens ? { ...draft, finish: 'length', tail: maxTokens - sum } : draft;
}

/** What the first `count` pieces have taken, or all with the end. */
export function written({ pieces, tail }: Draft, count = Number.POSITIVE_INFINITY): WrittenTokens {
  let completionTokens = count > pieces.length ? tail : 0;
  let reasoningTokens = 0;
  for (const { cost, reasoning } of pieces.slice(0, count)) {
    completionTokens += cost;
    reasoningTokens += reasoning;
  }
  return { completionTokens, reasoningTokens };
}
