import { describe, expect, it } from 'vitest';
import { CLAIMS, described } from './claims.ts';
import { flawsOf, prove, range } from './prove.ts';

describe('the whole client, against a server that counts like it', () => {
  it(`should meet no limit and use nearly all of the quota, in ${CLAIMS.matching.seeds} runs`, () => {
    const proof = prove('matching', range(1, CLAIMS.matching.seeds));
    expect(flawsOf('matching', proof), described(proof.summary)).toEqual([]);
    // Some runs are short, but enough are long.
    expect(proof.summary.long).toBeGreaterThan(CLAIMS.matching.seeds / 3);
  }, 600_000);
});
