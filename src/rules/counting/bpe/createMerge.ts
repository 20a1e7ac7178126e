import { createLongMerge } from './longMerge.ts';
import type { Merge } from './merge.ts';
import type { RankTable } from './rankTable.ts';
import { createShortMerge } from './shortMerge.ts';

/** The length in bytes from which a heap of pairs is faster than a search through all of them. */
const LONG = 80;

/** Creates the merge of a vocabulary. It takes linear time. */
export function createMerge(table: RankTable): Merge {
  const short = createShortMerge(table, LONG);
  const long = createLongMerge(table);
  return (bytes, from, to, tokens) => (to - from < LONG ? short : long)(bytes, from, to, tokens);
}
