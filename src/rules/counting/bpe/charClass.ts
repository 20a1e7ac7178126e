/** A lower-case letter, the first class of characters. Words consist of the classes up to {@link MARK}. */
export const LOWER = 0;
/** A letter in upper or title case. */
export const UPPER = 1;
/** A letter without case. */
export const CASELESS = 2;
/** An accent or another sign that belongs to the character before it. */
export const MARK = 3;
export const NUMBER = 4;
/** White space that does not end a line. */
export const SPACE = 5;
/** A carriage return or a line feed. */
export const NEWLINE = 6;
/** Everything else: punctuation, symbols, control characters and what Unicode has not assigned. */
export const SYMBOL = 7;
/** Not a class: the byte begins or continues a character beyond ASCII. */
export const WIDE = 8;

const PAGE = 256;
const PAGES = 0x110000 / PAGE;

// Groups in the order of the constants. Each matches a whole run, so that a page of one script is one match.
const RUN =
  /(\p{Ll}+)|([\p{Lu}\p{Lt}]+)|([\p{Lm}\p{Lo}]+)|(\p{M}+)|(\p{N}+)|((?:(?![\r\n])\s)+)|([\r\n]+)|[^\p{L}\p{M}\p{N}\s]+/gu;

// The tables cache the results of the engine's own regular expressions, page by page when needed: the whole of Unicode
// would take 80 ms, but most texts need two or three pages.
const pages = new Array<Uint8Array | undefined>(PAGES).fill(undefined);
const uniformPages = new Array<Uint8Array | undefined>(SYMBOL + 1).fill(undefined);

function makePage(number: number): Uint8Array {
  const page = new Uint8Array(PAGE);
  const text = String.fromCodePoint(...Array.from(page, (_, i) => number * PAGE + i));
  const unitsPerCharacter = text.length / PAGE;
  for (const run of text.matchAll(RUN)) {
    const group = run.slice(1).findIndex(Boolean);
    const start = run.index / unitsPerCharacter;
    page.fill(group < 0 ? SYMBOL : group, start, start + run[0].length / unitsPerCharacter);
  }
  const [first = SYMBOL] = page;
  return page.some((charClass) => charClass !== first) ? page : (uniformPages[first] ??= page);
}

/**
 * The class of a character, according to the regular expressions of this JavaScript engine.
 *
 * @param codePoint Not a surrogate: those do not occur in UTF-8.
 */
export function classOf(codePoint: number): number {
  const number = codePoint >>> 8;
  const page = (pages[number] ??= makePage(number));
  return page[codePoint & 0xff] as number;
}

/** The class of each byte of UTF-8 that is a whole character, and {@link WIDE} for other bytes. */
export const BYTE_CLASS: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x80 ? classOf(byte) : WIDE,
);
