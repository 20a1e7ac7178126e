import { createLongMerge } from './longMerge.ts';
import type { Merge } from './merge.ts';
import type { RankTable } from './rankTable.ts';
import { createShortMerge } from './shortMerge.ts';

/** From this length on, in bytes, keeping the pairs in a heap is cheaper than looking through all of them. */
const LONG = 80;

/** Makes the merge of a vocabulary. Its time is linear in the length of the piece. */
export function createMerge(table: RankTable): Merge {
  const short = createShortMerge(table, LONG);
  const long = createLongMerge(table);
  return (bytes, from, to, tokens) => (to - from < LONG ? short : long)(bytes, from, to, tokens);
}
