import { parseRanks } from './parseRanks.ts';

/** The rank of a sequence that is not in the vocabulary: above all others. */
export const NO_RANK = 0x7fffffff;

/** Finds the ranks of byte sequences. A rank is both the number of a token and the order of its merge. */
export interface RankTable {
  /** One more than the highest rank. */
  readonly size: number;
  /** The size of its arrays in memory. */
  readonly byteLength: number;
  /** Finds the rank of `bytes` from `from` up to `to`; {@link NO_RANK} if they are not in the vocabulary. */
  readonly rankOf: (bytes: Uint8Array, from: number, to: number) => number;
  /** The same, if {@link hashOf} was already computed. */
  readonly find: (bytes: Uint8Array, from: number, to: number, hash: number) => number;
  /** Returns the bytes of a rank: none if the vocabulary has a gap there. */
  readonly bytesOf: (rank: number) => Uint8Array;
}

/** Hashes `bytes` from `from` up to `to`, as FNV-1a does. */
export function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash;
}

/**
 * Creates the table of a vocabulary from flat arrays, 6.5 MB for o200k. A `Map` of strings would take ten times as
 * much, and need a string for every look-up.
 *
 * @param rankText The ranks in the format of js-tiktoken. See {@link parseRanks}.
 * @throws {TypeError} when it is something else, or when one of the 256 bytes has no rank, so that there are texts
 *   without tokens.
 */
export function createRankTable(rankText: string): RankTable {
  const { size, bytes: vocabulary, starts } = parseRanks(rankText);
  // Hash and rank are adjacent, so that most look-ups read memory in one place. At most half of the slots are used:
  // most look-ups of a merge fail, and a failed one goes on to the next empty slot.
  const mask = 2 ** Math.ceil(Math.log2(2 * size)) - 1;
  const slots = new Int32Array(2 * (mask + 1)).fill(NO_RANK);
  // Every merge begins with pairs of bytes, which need no hash.
  const pairs = new Int32Array(0x10000).fill(NO_RANK);
  let singles = 0;
  let longest = 0;
  for (let rank = 0; rank < size; rank++) {
    const from = starts[rank] as number;
    const to = starts[rank + 1] as number;
    if (from === to) continue;
    if (to - from === 1) singles++;
    if (to - from === 2) pairs[((vocabulary[from] as number) << 8) | (vocabulary[from + 1] as number)] = rank;
    if (to - from > longest) longest = to - from;
    const hash = hashOf(vocabulary, from, to);
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (slots[2 * slot + 1] !== NO_RANK) slot = (slot + 1) & mask;
    slots[2 * slot] = hash;
    slots[2 * slot + 1] = rank;
  }
  if (singles !== 256) {
    throw new TypeError(
      `The ranks must hold each of the 256 bytes as a token, got ${singles} of them among ${size} tokens. ` +
        'Pass `bpe_ranks` of js-tiktoken/ranks/o200k_base as it is.',
    );
  }

  function find(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const length = to - from;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const rank = slots[2 * slot + 1] as number;
      if (rank === NO_RANK) return NO_RANK;
      if (slots[2 * slot] !== hash) continue;
      const start = starts[rank] as number;
      if ((starts[rank + 1] as number) - start !== length) continue;
      let same = 0;
      while (same < length && vocabulary[start + same] === bytes[from + same]) same++;
      if (same === length) return rank;
    }
  }

  function rankOf(bytes: Uint8Array, from: number, to: number): number {
    if (to - from === 2) return pairs[((bytes[from] as number) << 8) | (bytes[from + 1] as number)] as number;
    return to - from > longest ? NO_RANK : find(bytes, from, to, hashOf(bytes, from, to));
  }

  return {
    size,
    byteLength: [vocabulary, starts, slots, pairs].reduce((sum, array) => sum + array.byteLength, 0),
    rankOf,
    find,
    bytesOf: (rank) => vocabulary.subarray(starts[rank], starts[rank + 1]),
  };
}
