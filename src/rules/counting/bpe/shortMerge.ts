import type { Merge } from './merge.ts';
import { NO_RANK, type RankTable } from './rankTable.ts';

/**
 * Creates the merge of short pieces. It searches all pairs for each merge, which is faster than a heap while they are
 * few and in the CPU cache.
 *
 * @param capacity All pieces are shorter than this, in bytes.
 */
export function createShortMerge({ rankOf }: RankTable, capacity: number): Merge {
  // The start of each part, and its rank when joined with the next one.
  const starts = new Int32Array(capacity + 1);
  const ranks = new Int32Array(capacity + 1);

  return (bytes, from, to, tokens) => {
    let parts = to - from;
    for (let i = 0; i <= parts; i++) starts[i] = from + i;
    for (let i = 0; i < parts - 1; i++) ranks[i] = rankOf(bytes, from + i, from + i + 2);

    for (;;) {
      let best = NO_RANK;
      let at = 0;
      for (let i = 0; i < parts - 1; i++) {
        const rank = ranks[i] as number;
        if (rank < best) {
          best = rank;
          at = i;
        }
      }
      if (best === NO_RANK) break;
      parts--;
      for (let i = at + 1; i <= parts; i++) {
        starts[i] = starts[i + 1] as number;
        ranks[i] = ranks[i + 1] as number;
      }
      if (at < parts - 1) ranks[at] = rankOf(bytes, starts[at] as number, starts[at + 2] as number);
      if (at > 0) ranks[at - 1] = rankOf(bytes, starts[at - 1] as number, starts[at + 1] as number);
    }

    if (tokens) {
      for (let i = 0; i < parts; i++) tokens.push(rankOf(bytes, starts[i] as number, starts[i + 1] as number));
    }
    return parts;
  };
}
