import type { Merge } from './merge.ts';
import type { RankTable } from './rankTable.ts';
import { Stretch } from './Stretch.ts';

/** In bytes. The arrays of a window fit into the cache, where those of a megabyte would miss it with every merge. */
const WINDOW = 1024;
/** How far a window reaches back into the one before it, in bytes: twice the longest token of o200k. */
const OVERLAP = 256;

/**
 * Makes the merge of long pieces: by overlapping windows, each merged as if it stood alone, and joined at a token that
 * both have.
 *
 * Joining there is exact. Let two texts be merged alone, and then as one. Until a merge crosses the border between
 * them, both go through the same merges as alone, so the first to cross it would do so too if there were nothing but
 * the last token before the border and the first after it. Those two stay apart in the first window, which has both
 * as neighbours; so no merge crosses.
 *
 * Windows that have no token in common are not known for o200k. Should there be some, the piece is merged as a whole.
 *
 * @param window The length of a window, in bytes.
 * @param overlap How much of it the next one has in common with it, in bytes. At most half of it.
 */
export function createLongMerge(table: RankTable, window = WINDOW, overlap = OVERLAP): Merge {
  const { rankOf } = table;
  let current = new Stretch(table, window);
  let following = new Stretch(table, window);

  function mergeWhole(bytes: Uint8Array, from: number, to: number, tokens?: number[]): number {
    const whole = new Stretch(table, to - from).merge(bytes, from, to);
    let count = 0;
    for (let at = from, end = 0; at < to; at = end, count++) {
      end = whole.tokenEnd(at);
      tokens?.push(rankOf(bytes, at, end));
    }
    return count;
  }

  return (bytes, from, to, tokens) => {
    const before = tokens?.length ?? 0;
    let count = 0;
    let at = from;
    const take = (end: number): void => {
      tokens?.push(rankOf(bytes, at, end));
      count++;
      at = end;
    };

    current.merge(bytes, from, Math.min(from + window, to));
    while (current.end < to) {
      // Up to here the end of the window, which is not that of the text, is hardly felt.
      for (let end = 0; (end = current.tokenEnd(at)) <= current.end - overlap; ) take(end);
      following.merge(bytes, at, Math.min(at + window, to));
      let other = at;
      while (at < current.end && other < following.end) {
        if (at > other) other = following.tokenEnd(other);
        else if (at < other || current.tokenEnd(at) !== following.tokenEnd(other)) take(current.tokenEnd(at));
        else break;
      }
      if (at >= current.end || other >= following.end || following.end <= current.end) {
        if (tokens) tokens.length = before;
        return mergeWhole(bytes, from, to, tokens);
      }
      [current, following] = [following, current];
    }
    while (at < to) take(current.tokenEnd(at));
    return count;
  };
}
