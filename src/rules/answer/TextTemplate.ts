import type { ChatCompletionChunk } from '../../model/Chunk.ts';
import { ShortTexts } from './ShortTexts.ts';
import { Stencil } from './Stencil.ts';

/** Replaces the text to test a template. An event that contains it gets no template. */
const PROBE = 'rxgroq?';

const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;

/** Printable ASCII. */
const ASCII = /^[ -~]*$/;

/** The short texts of all streams. */
const PIECES = new ShortTexts(unescaped);

/**
 * An event of a stream without its piece of text. Most events of an answer differ only in the text, so later events are
 * compared with a template, which costs a fifth of parsing them.
 *
 * The text is a whole JSON string between fixed parts, so an event that matches differs from the original only in its
 * text.
 */
export class TextTemplate {
  /** The kind of the text. */
  readonly type: 'text' | 'reasoning';
  /** The position after the event that was read last. */
  end = 0;
  readonly #before: string;
  readonly #after: string;
  readonly #head: Stencil;
  readonly #tail: Stencil;

  /** The template of an event with this data, or undefined if it has no text, or more than one piece of text. */
  static of(data: string, chunk: ChatCompletionChunk): TextTemplate | undefined {
    const [choice] = chunk.choices;
    if (chunk.choices.length !== 1 || choice?.index !== 0) return undefined;
    if (isText(choice.finish_reason)) return undefined;
    const { content, reasoning, tool_calls: toolCalls } = (choice.delta as typeof choice.delta | null) ?? {};
    if (Array.isArray(toolCalls) || isText(content) === isText(reasoning)) return undefined;
    const key = isText(content) ? 'content' : 'reasoning';
    const needle = `"${key}":"`;
    const start = data.indexOf(needle) + needle.length;
    if (start < needle.length || data.includes(PROBE)) return undefined;
    const head = data.slice(0, start);
    const tail = data.slice(closingQuote(data, start));
    // Each byte is compared with one character.
    if (!ASCII.test(head) || !ASCII.test(tail) || probe(head + PROBE + tail, key) !== PROBE) return undefined;
    return new TextTemplate(key === 'content' ? 'text' : 'reasoning', head, tail);
  }

  private constructor(type: TextTemplate['type'], before: string, after: string) {
    this.type = type;
    this.#before = before;
    this.#after = after;
    this.#head = new Stencil(`data: ${before}`);
    this.#tail = new Stencil(`${after}\n\n`);
  }

  /** Whether an event matches the template. Always false if its text contains an escaped quote. */
  covers(data: string): boolean {
    const { length } = this.#before;
    if (data.slice(0, length) !== this.#before) return false;
    const end = data.indexOf('"', length);
    return data.slice(end) === this.#after;
  }

  /**
   * The text of the event at a position, or undefined if it does not match. Sets {@link end}.
   *
   * @param memory The whole memory that contains the bytes.
   */
  read(bytes: Buffer, memory: DataView, position: number): string | undefined {
    const { byteOffset, length } = bytes;
    if (!this.#head.fits(memory, byteOffset + position)) return undefined;
    const start = position + this.#head.length;
    let plain = true;
    let hash = 0;
    let end = start;
    for (let code = bytes[end]; code !== QUOTE; code = bytes[end]) {
      if (code === undefined || code < SPACE) return undefined;
      if (code > 126) plain = false;
      hash = (Math.imul(hash, 31) + code) | 0;
      if (code === BACKSLASH) hash += bytes[++end] ?? 0;
      end += 1;
    }
    this.end = end + this.#tail.length;
    // The memory after these bytes belongs to other data.
    if (this.end > length || !this.#tail.fits(memory, byteOffset + end)) return undefined;
    return plain ? PIECES.of(bytes, start, end, hash) : unescaped(bytes.toString('utf8', start, end));
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The position of the quote that ends a string. */
function closingQuote(json: string, position: number): number {
  let end = position;
  while (json.charCodeAt(end) !== QUOTE) end += json.charCodeAt(end) === BACKSLASH ? 2 : 1;
  return end;
}

/** A field of the delta of a chunk. */
function probe(json: string, key: 'content' | 'reasoning'): unknown {
  const [choice] = (JSON.parse(json) as ChatCompletionChunk).choices;
  return choice?.delta[key];
}

/** Decodes the content of a JSON string, or returns undefined if it is invalid. */
function unescaped(text: string): string | undefined {
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return undefined;
  }
}
