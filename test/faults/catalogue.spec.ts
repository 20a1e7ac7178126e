import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** The number of known faults, and those whose tests are in other folders. */
const COUNT = 84;
const ELSEWHERE = new Map([
  [50, '../client/flow.spec.ts'],
  [75, '../client/cancel.spec.ts'],
]);

const folder = new URL('./', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

/** The numbers at the beginning of test names. */
const numbersIn = (text: string): number[] =>
  [...text.matchAll(/(?:\bid: ['"`]|\bit(?:\.each.*)?\(['"`]|^ {2}\[)(\d+)/gm)].map(([, digits]) => Number(digits));

describe('the catalogue of faults', () => {
  it('should have a test for every row', () => {
    const specs = readdirSync(folder).filter((name) => name.endsWith('.spec.ts') && name !== 'catalogue.spec.ts');
    const tested = new Set(specs.flatMap((name) => numbersIn(read(name))));
    const missing = Array.from({ length: COUNT }, (_, index) => index + 1).filter(
      (id) => !tested.has(id) && !ELSEWHERE.has(id),
    );
    expect(missing).toEqual([]);
  });

  it('should find the tests that are in other files', () => {
    expect(read(ELSEWHERE.get(50) ?? '')).toContain('should let the server wait for a loop that is slow');
    // Every stage at which a request can be cancelled, by unsubscribing and by a signal.
    const text = read(ELSEWHERE.get(75) ?? '');
    for (const stage of [
      'waits for the limit',
      'connection is made',
      'first byte',
      'streams',
      'pauses before a retry',
    ]) {
      expect(text).toContain(stage);
    }
  });
});
