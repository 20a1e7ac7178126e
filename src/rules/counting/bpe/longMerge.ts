import type { Merge } from './merge.ts';
import type { RankTable } from './rankTable.ts';
import { Stretch } from './Stretch.ts';

/**
 * The length of a window, in bytes. Its arrays fit into the CPU cache; those of a megabyte would miss it on every
 * merge.
 */
const WINDOW = 1024;
/** How far a window overlaps with the previous one, in bytes: twice the longest token of o200k. */
const OVERLAP = 256;

/**
 * Creates the merge of long pieces. It merges overlapping windows independently, and joins them at a token that both
 * have.
 *
 * The join is exact. Let two texts be merged separately, and then as one. Until a merge crosses the border between
 * them, both go through the same merges as separately. So the first merge that crosses it would also do so if there
 * were only the last token before the border and the first one after it. The first window has these two as neighbours
 * and does not merge them, so no merge crosses.
 *
 * For o200k, no windows without a common token are known. If there are any, the piece is merged as a whole.
 *
 * @param window The length of a window, in bytes.
 * @param overlap How much consecutive windows overlap, in bytes. At most half a window.
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
      // Tokens up to here are hardly affected by the end of the window.
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
