import type { ChatCompletionChunk } from '../../model/Chunk.ts';
import { ShortTexts } from './ShortTexts.ts';
import { Stencil } from './Stencil.ts';

/** Put in place of a text to see where that comes out, so it must not stand anywhere else in an event. */
const PROBE = 'rxgroq?';

const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;

/** What can be seen of ASCII, and blanks. */
const ASCII = /^[ -~]*$/;

/** What all streams have written. */
const PIECES = new ShortTexts(unescaped);

/**
 * An event of a stream with its piece of text left out. Most events of an answer differ in nothing else, so that those
 * that come later can be read by comparing, which costs a fifth of parsing them.
 *
 * The text is a JSON string of its own between what stays the same, so an event that fits means exactly what the one
 * that was learned means, but for the text.
 */
export class TextTemplate {
  /** Of which kind the text is. */
  readonly type: 'text' | 'reasoning';
  /** Where the event ended that was read last. */
  end = 0;
  readonly #before: string;
  readonly #after: string;
  readonly #head: Stencil;
  readonly #tail: Stencil;

  /** The template of an event with this data, or undefined when there is no piece of text in it, or more than that. */
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
    // Bytes are compared as if each were a character.
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

  /** Whether it is also the template of an event with this data, in which there is nothing odd. */
  covers(data: string): boolean {
    const { length } = this.#before;
    if (data.slice(0, length) !== this.#before) return false;
    const end = data.indexOf('"', length);
    return data.slice(end) === this.#after;
  }

  /**
   * The text of the event that begins at a position, or undefined when it does not fit. It sets {@link end}.
   *
   * @param memory All of the memory in which the bytes stand.
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
    // What stands in the same memory behind these bytes belongs to somebody else.
    if (this.end > length || !this.#tail.fits(memory, byteOffset + end)) return undefined;
    return plain ? PIECES.of(bytes, start, end, hash) : unescaped(bytes.toString('utf8', start, end));
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Where the string ends in which a position lies. */
function closingQuote(json: string, position: number): number {
  let end = position;
  while (json.charCodeAt(end) !== QUOTE) end += json.charCodeAt(end) === BACKSLASH ? 2 : 1;
  return end;
}

/** What stands in the delta of a chunk. */
function probe(json: string, key: 'content' | 'reasoning'): unknown {
  const [choice] = (JSON.parse(json) as ChatCompletionChunk).choices;
  return choice?.delta[key];
}

/** The text that the inside of a JSON string stands for, or undefined when it is none. */
function unescaped(text: string): string | undefined {
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return undefined;
  }
}
