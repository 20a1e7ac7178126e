import { describe, expect, it } from 'vitest';
import { CLAIMS, described } from './claims.ts';
import { CLAIM_NAMES, flawsOf } from './prove.ts';
import { proveInParts } from './proveInParts.ts';

describe('the whole client, in many runs', () => {
  it.each(CLAIM_NAMES.map((name) => ({ name, says: CLAIMS[name].says })))('$name: $says', async ({ name }) => {
    const proof = await proveInParts(name, CLAIMS[name].manySeeds);
    expect(flawsOf(name, proof), described(proof.summary)).toEqual([]);
    expect(proof.summary.runs).toBe(CLAIMS[name].manySeeds);
  });
});
