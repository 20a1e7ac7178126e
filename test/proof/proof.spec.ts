import { describe, expect, it } from 'vitest';
import { CLAIMS, described } from './claims.ts';
import { CLAIM_NAMES, flawsOf, prove, range } from './prove.ts';
import { simulate } from './simulate.ts';

// `matching` has its own file, to run in parallel.
const HERE = CLAIM_NAMES.filter((name) => name !== 'matching');

describe('the whole client', () => {
  it.each(HERE.map((name) => ({ name, says: CLAIMS[name].says })))(
    '$name: $says',
    ({ name }) => {
      const proof = prove(name, range(1, CLAIMS[name].seeds));
      expect(flawsOf(name, proof), described(proof.summary)).toEqual([]);
    },
    600_000,
  );
});

describe('a run', () => {
  it('should be the same for the same seed', () => {
    const [one, again] = [simulate(5, CLAIMS.others30.circumstances), simulate(5, CLAIMS.others30.circumstances)];
    expect([one.last, one.sent, one.refusals]).toEqual([again.last, again.sent, again.refusals]);
    expect(simulate(6, CLAIMS.others30.circumstances).last).not.toBe(one.last);
  });
});
