import type { ChatRequest, Tool } from '../model/ChatRequest.ts';
import type { Random } from '../ports/clock.ts';
import { between } from './chance.ts';
import { type Draft, type Piece, textPieces, toolCallCost } from './Draft.ts';
import { fillSchema } from './fillSchema.ts';
import { toolCallId } from './ids.ts';
import { sentence, thought } from './prose.ts';
import { reasoningStyle } from './reasoningStyle.ts';

/** The range of reasoning tokens by `reasoning_effort`; `medium` is Groq's default for gpt-oss. */
const EFFORT = { low: [8, 24], default: [16, 64], medium: [16, 64], high: [60, 200] } as const;

/**
 * The hidden tokens of gpt-oss: before its reasoning (one counts as reasoning), between reasoning and text, and at the
 * end. With them, all 16 recorded streams of text add up to their usage.
 */
const FRAMING = { before: 3, thoughts: 1, between: 6, end: 1 } as const;

const NO_FRAMING = { before: 0, thoughts: 0, between: 0, end: 0 } as const;

/** The range of the length of a text in tokens, without the rest of its last sentence. */
const LENGTH = [30, 240] as const;

/**
 * Generates an answer, the same for the same request and random numbers: reasoning if the model has it, and then a call
 * of the requested tool, JSON if requested, or prose.
 *
 * With `tool_choice: 'auto'` the first tool is called, unless the last message is already the result of one.
 */
export function seededReply(request: ChatRequest, random: Random): Draft {
  const framing = request.model.startsWith('openai/') ? FRAMING : NO_FRAMING;
  const thoughts = thoughtPieces(request, random).map((piece, index) =>
    index > 0
      ? piece
      : {
          ...piece,
          cost: piece.cost + framing.before,
          reasoning: piece.reasoning && piece.reasoning + framing.thoughts,
        },
  );
  const tool = toolToCall(request);
  const [first, ...rest] =
    tool === undefined ? textOf(request, random).map(textPiece) : [toolPiece(request.model, tool, random)];
  const spoken = first === undefined ? [] : [{ ...first, cost: first.cost + framing.between }, ...rest];
  return { pieces: [...thoughts, ...spoken], finish: tool === undefined ? 'stop' : 'tool_calls', tail: framing.end };
}

function textPiece(text: string): Piece {
  return { token: { type: 'text', text }, cost: 1, reasoning: 0 };
}

function thoughtPieces(request: ChatRequest, random: Random): Piece[] {
  const style = reasoningStyle(request);
  if (style === 'none') return [];
  const [least, most] =
    EFFORT[request.reasoning_effort === 'none' ? 'default' : (request.reasoning_effort ?? 'medium')];
  const texts = written(between(random, least, most), () => thought(random), '');
  if (style === 'think') return ['<think>', '\n', ...texts, '\n', '</think>', '\n\n'].map(textPiece);
  const counted = { cost: 1, reasoning: 1 };
  if (style === 'hidden') return texts.map(() => counted);
  return texts.map((text) => ({ token: { type: 'reasoning', text }, ...counted }));
}

function toolToCall({ tools, tool_choice, messages }: ChatRequest): Tool['function'] {
  if (tool_choice === 'none') return undefined;
  const callable = (tools ?? []).flatMap((tool) => tool.function ?? []);
  if (typeof tool_choice === 'object' && tool_choice !== null) {
    const wanted = tool_choice['function'];
    const name = typeof wanted === 'object' && wanted !== null && 'name' in wanted ? wanted.name : undefined;
    return callable.find((tool) => tool.name === name);
  }
  return tool_choice !== 'required' && messages.at(-1)?.role === 'tool' ? undefined : callable[0];
}

function toolPiece(model: string, tool: NonNullable<Tool['function']>, random: Random): Piece {
  const call = {
    id: toolCallId(random, model),
    name: tool.name,
    arguments: JSON.stringify(fillSchema(random, { type: 'object', ...tool.parameters })),
  };
  return { token: { type: 'tool-call', index: 0, ...call }, cost: toolCallCost(call), reasoning: 0 };
}

function textOf({ response_format }: ChatRequest, random: Random): string[] {
  if (response_format?.type === 'json_schema') {
    return textPieces(JSON.stringify(fillSchema(random, { type: 'object', ...response_format.json_schema.schema })));
  }
  if (response_format?.type === 'json_object') return textPieces(JSON.stringify({ answer: sentence(random) }));
  return written(between(random, ...LENGTH), () => sentence(random), '\n\n');
}

/** Sentences until there are `length` pieces, in paragraphs of four if a separator is given. */
function written(length: number, next: () => string, paragraph: string): string[] {
  const pieces: string[] = [];
  for (let i = 0; pieces.length < length; i++) {
    const text = next();
    if (i === 0) pieces.push(...textPieces(text));
    else if (paragraph !== '' && i % 4 === 0) pieces.push(paragraph, ...textPieces(text));
    else pieces.push(...textPieces(` ${text}`));
  }
  return pieces;
}
