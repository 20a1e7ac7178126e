/** The byte sequences of a vocabulary, in the order of their ranks. */
export interface Ranks {
  /** One more than the highest rank. */
  readonly size: number;
  /** All sequences, one after the other. */
  readonly bytes: Uint8Array;
  /** The start of each rank's sequence in {@link bytes}, and the end of the last one. */
  readonly starts: Int32Array;
}

const LINE_FEED = 0x0a;
const BLANK = 0x20;
const EXCLAMATION_MARK = 0x21;
const ZERO = 0x30;
const PADDING = 0x3d;

/** The limit of ranks, far above any vocabulary: larger numbers are not ranks. */
const MAX_RANK = 10_000_000;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The value of a base64 digit, by its character code. */
const DIGITS = Uint8Array.from({ length: 256 }, (_, code) => Math.max(0, ALPHABET.indexOf(String.fromCharCode(code))));

/** The maximum number of tokens in a text of this length: the shortest has four digits and a space. */
const mostTokens = (length: number): number => Math.ceil(length / 5);

/**
 * Parses ranks in the format of js-tiktoken: lines of an exclamation mark, the rank of the first token, and the tokens
 * in base64, separated by spaces.
 *
 * The 200,000 tokens of o200k are decoded directly into one array, which takes a few milliseconds. An array or a string
 * for each would take a hundred.
 *
 * @throws {TypeError} when the text is something else.
 */
export function parseRanks(text: string): Ranks {
  const source = new TextEncoder().encode(text);
  const bytes = new Uint8Array(Math.ceil((source.length * 3) / 4));
  let starts = new Int32Array(mostTokens(source.length) + 2);
  let rank = 0;
  let end = 0;
  let at = 0;
  const code = (offset: number): number => source[at + offset] as number;
  const digit = (offset: number): number => DIGITS[code(offset)] as number;

  while (at < source.length) {
    const isLine = code(0) === EXCLAMATION_MARK && code(1) === BLANK;
    let first = 0;
    for (at += 2; at < source.length && code(0) > BLANK; at++) first = first * 10 + code(0) - ZERO;
    if (!isLine || !(first >= 0 && first < MAX_RANK)) {
      throw new TypeError(
        'The ranks must be lines of an exclamation mark, a rank and tokens in base64, ' +
          `got ${JSON.stringify(text.slice(0, 20))}. Pass \`bpe_ranks\` of js-tiktoken/ranks/o200k_base as it is.`,
      );
    }
    const most = first + mostTokens(source.length - at);
    if (most + 2 > starts.length) {
      const larger = new Int32Array(most + 2);
      larger.set(starts);
      starts = larger;
    }
    while (rank < first) starts[++rank] = end;
    while (at < source.length && code(0) !== LINE_FEED) {
      for (at++; at < source.length && code(0) > BLANK; at += 4) {
        const bits = (digit(0) << 18) | (digit(1) << 12) | (digit(2) << 6) | digit(3);
        bytes[end++] = bits >>> 16;
        if (code(2) !== PADDING) bytes[end++] = bits >>> 8;
        if (code(3) !== PADDING) bytes[end++] = bits;
      }
      starts[++rank] = end;
    }
    at++;
  }
  return { size: rank, bytes: bytes.slice(0, end), starts: starts.slice(0, rank + 1) };
}
