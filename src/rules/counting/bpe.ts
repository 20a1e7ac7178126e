import { createMerge } from './bpe/createMerge.ts';
import { PieceCache } from './bpe/PieceCache.ts';
import { pieceEnd } from './bpe/pieceEnd.ts';
import { createRankTable, hashOf, NO_RANK } from './bpe/rankTable.ts';

/** A byte-pair encoder: text to tokens and back. */
export interface Bpe {
  /** Counts the tokens of a text, without creating an array. */
  countTokens(text: string): number;
  /** Splits a text into tokens. */
  encode(text: string): number[];
  /**
   * Joins tokens to a text.
   *
   * @throws {RangeError} when there is no such token.
   */
  decode(tokens: readonly number[]): string;
}

/** The size of the shared buffer, in bytes. A text whose UTF-8 may be longer gets a temporary one. */
const BUFFER = 65_536;

/**
 * Creates an encoder that splits text as o200k does, and merges by the given ranks.
 *
 * It takes linear time for any text: a megabyte of one letter takes as long per byte as a kilobyte. Names of special
 * tokens, such as `<|end|>`, are ordinary text. A lone surrogate counts as U+FFFD, as in UTF-8.
 *
 * Some thousands of merged words are cached, so that repeated text is cheaper.
 *
 * @param rankText The vocabulary as js-tiktoken keeps it: `bpe_ranks` of `js-tiktoken/ranks/o200k_base`.
 * @throws {TypeError} when that is something else.
 * @example
 * import o200k from 'js-tiktoken/ranks/o200k_base';
 *
 * const bpe = createBpe(o200k.bpe_ranks);
 * bpe.countTokens('Why is the sky blue?'); // => 6
 * bpe.decode(bpe.encode('blue'));          // => 'blue'
 */
export function createBpe(rankText: string): Bpe {
  const table = createRankTable(rankText);
  const { find, rankOf } = table;
  const merge = createMerge(table);
  const cache = new PieceCache();
  const encoder = new TextEncoder();
  const buffer = new Uint8Array(BUFFER);

  function count(bytes: Uint8Array, length: number): number {
    let tokens = 0;
    for (let from = 0, to = 0; from < length; from = to) {
      to = pieceEnd(bytes, from, length);
      if (to - from === 1) {
        tokens++;
        continue;
      }
      const hash = hashOf(bytes, from, to);
      if (find(bytes, from, to, hash) !== NO_RANK) {
        tokens++;
        continue;
      }
      let merged = cache.get(bytes, from, to, hash);
      if (merged === 0) {
        merged = merge(bytes, from, to);
        cache.set(bytes, from, to, hash, merged);
      }
      tokens += merged;
    }
    return tokens;
  }

  return {
    countTokens(text) {
      if (text.length * 3 <= BUFFER) return count(buffer, encoder.encodeInto(text, buffer).written);
      const bytes = encoder.encode(text);
      return count(bytes, bytes.length);
    },

    encode(text) {
      const bytes = encoder.encode(text);
      const tokens: number[] = [];
      for (let from = 0, to = 0; from < bytes.length; from = to) {
        to = pieceEnd(bytes, from, bytes.length);
        const token = rankOf(bytes, from, to);
        if (token === NO_RANK) merge(bytes, from, to, tokens);
        else tokens.push(token);
      }
      return tokens;
    },

    decode(tokens) {
      const parts = tokens.map((token) => {
        const bytes = Number.isInteger(token) && token >= 0 && token < table.size ? table.bytesOf(token) : undefined;
        if (bytes === undefined || bytes.length === 0) {
          throw new RangeError(
            `A token must be a whole number from 0 to ${table.size - 1}, got ${token}. Decode what encode() gave.`,
          );
        }
        return bytes;
      });
      const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
      let at = 0;
      for (const part of parts) {
        joined.set(part, at);
        at += part.length;
      }
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(joined);
    },
  };
}
