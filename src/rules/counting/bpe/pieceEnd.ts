import {
  BYTE_CLASS,
  CASELESS,
  classOf,
  LOWER,
  MARK,
  NEWLINE,
  NUMBER,
  SPACE,
  SYMBOL,
  UPPER,
  WIDE,
} from './charClass.ts';

const BLANK = 0x20;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;

/** The number of bytes of the character that begins with this byte. */
function widthOf(lead: number): number {
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

function wideClassAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  const second = (bytes[at + 1] as number) & 0x3f;
  if (lead < 0xe0) return classOf(((lead & 0x1f) << 6) | second);
  const third = (bytes[at + 2] as number) & 0x3f;
  if (lead < 0xf0) return classOf(((lead & 0x0f) << 12) | (second << 6) | third);
  const fourth = (bytes[at + 3] as number) & 0x3f;
  return classOf(((lead & 0x07) << 18) | (second << 12) | (third << 6) | fourth);
}

function classAt(bytes: Uint8Array, at: number): number {
  const charClass = BYTE_CLASS[bytes[at] as number] as number;
  return charClass === WIDE ? wideClassAt(bytes, at) : charClass;
}

/** The end of `'s`, `'t`, `'m`, `'d`, `'re`, `'ve` or `'ll`, in either case; `at` if there is none. */
function contractionEnd(bytes: Uint8Array, at: number, to: number): number {
  if (at + 1 >= to || bytes[at] !== APOSTROPHE) return at;
  const first = String.fromCharCode((bytes[at + 1] as number) | 0x20);
  if (first === 's' || first === 't' || first === 'm' || first === 'd') return at + 2;
  if (at + 2 >= to) return at;
  const second = String.fromCharCode((bytes[at + 2] as number) | 0x20);
  const isContraction = first === 'l' ? second === 'l' : (first === 'r' || first === 'v') && second === 'e';
  return isContraction ? at + 3 : at;
}

/**
 * A word is upper-case letters and then lower-case letters; caseless letters and marks count as both. If no lower-case
 * letter follows, it ends after the last caseless letter or mark, if any.
 */
function wordEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  let next = LOWER;
  let afterCaseless = from;
  while (at < to) {
    next = classAt(bytes, at);
    if (next === LOWER || next > MARK) break;
    at += widthOf(bytes[at] as number);
    if (next === CASELESS || next === MARK) afterCaseless = at;
  }
  if (at < to && next === LOWER) {
    do at += widthOf(bytes[at] as number);
    while (at < to && (next = classAt(bytes, at)) <= MARK && next !== UPPER);
  } else if (afterCaseless > from) {
    at = afterCaseless;
  }
  return contractionEnd(bytes, at, to);
}

function numberEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  for (let digits = 0; digits < 3 && at < to && classAt(bytes, at) === NUMBER; digits++) {
    at += widthOf(bytes[at] as number);
  }
  return at;
}

/** Symbols include the marks after them, and then line ends and slashes. */
function symbolsEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const charClass = classAt(bytes, at);
    if (charClass !== SYMBOL && charClass !== MARK) break;
    at += widthOf(bytes[at] as number);
  }
  while (at < to && (BYTE_CLASS[bytes[at] as number] === NEWLINE || bytes[at] === SLASH)) at++;
  return at;
}

/**
 * White space ends after its last line end. Without a line end, it leaves its last character to the piece that follows.
 */
function spacesEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  let last = from;
  let afterNewline = from;
  while (at < to) {
    const charClass = classAt(bytes, at);
    if (charClass !== SPACE && charClass !== NEWLINE) break;
    last = at;
    at += widthOf(bytes[at] as number);
    if (charClass === NEWLINE) afterNewline = at;
  }
  if (afterNewline > from) return afterNewline;
  return at === to || last === from ? at : last;
}

/**
 * Finds the end of the piece that begins at `from`: the match of o200k's regular expression. Merges never cross the
 * borders of pieces.
 *
 * Every byte is read a bounded number of times, for any text.
 *
 * @param bytes UTF-8, well-formed.
 * @param to The end of the text.
 * @see https://github.com/openai/tiktoken/blob/main/tiktoken_ext/openai_public.py
 */
export function pieceEnd(bytes: Uint8Array, from: number, to: number): number {
  const first = classAt(bytes, from);
  if (first <= MARK) return wordEnd(bytes, from, to);
  if (first === NUMBER) return numberEnd(bytes, from, to);
  const second = from + widthOf(bytes[from] as number);
  if (first !== NEWLINE && second < to) {
    // One character that is neither letter nor number, such as a space or a bracket, belongs to the word after it.
    const charClass = classAt(bytes, second);
    if (charClass <= MARK) return wordEnd(bytes, second, to);
    if (charClass === SYMBOL && bytes[from] === BLANK) return symbolsEnd(bytes, second, to);
  }
  return first === SYMBOL ? symbolsEnd(bytes, second, to) : spacesEnd(bytes, from, to);
}
