import ranks from 'js-tiktoken/ranks/o200k_base';
import { describe, expect, it } from 'vitest';
import { createMerge } from '../../../../src/rules/counting/bpe/createMerge.ts';
import { createLongMerge } from '../../../../src/rules/counting/bpe/longMerge.ts';
import { createRankTable, NO_RANK, type RankTable } from '../../../../src/rules/counting/bpe/rankTable.ts';
import { createShortMerge } from '../../../../src/rules/counting/bpe/shortMerge.ts';
import { rounds } from '../../../util/rounds.ts';
import { languages } from './languages.ts';
import { type RandomInteger, randomIntegers } from './randomText.ts';

const table = createRankTable(ranks.bpe_ranks);

/** The definition, without optimization. */
function mergePlainly({ rankOf }: RankTable, bytes: Uint8Array): number[] {
  const starts = Array.from({ length: bytes.length + 1 }, (_, i) => i);
  const rank = (i: number): number =>
    i + 2 < starts.length ? rankOf(bytes, starts[i] ?? 0, starts[i + 2] ?? 0) : NO_RANK;
  for (;;) {
    let best = 0;
    for (let i = 1; i + 2 < starts.length; i++) if (rank(i) < rank(best)) best = i;
    if (rank(best) === NO_RANK) break;
    starts.splice(best + 1, 1);
  }
  return starts.slice(0, -1).map((start, i) => rankOf(bytes, start, starts[i + 1] ?? 0));
}

/** The same ranks, with a count of lookups. */
function counting(): { asked: () => number; table: RankTable } {
  let asked = 0;
  const rankOf: RankTable['rankOf'] = (bytes, from, to) => {
    asked++;
    return table.rankOf(bytes, from, to);
  };
  return { asked: () => asked, table: { ...table, rankOf } };
}

/** Bytes from few letters, so that many merges compete. */
function letters(random: RandomInteger, length: number): Uint8Array {
  const different = 1 + random(26);
  return Uint8Array.from({ length }, () => 0x61 + random(different));
}

const speech = new TextEncoder().encode(Object.values(languages).join(''));
const adversaries: Record<string, (length: number) => Uint8Array> = {
  'one letter': (length) => new Uint8Array(length).fill(0x61),
  'two letters in turn': (length) => Uint8Array.from({ length }, (_, i) => 0x61 + (i % 2)),
  'letters at random': (length) =>
    Uint8Array.from(
      { length },
      (
        (random) => () =>
          0x61 + random(26)
      )(randomIntegers(3)),
    ),
  'two letters at random': (length) =>
    Uint8Array.from(
      { length },
      (
        (random) => () =>
          0x61 + random(2)
      )(randomIntegers(4)),
    ),
  blanks: (length) => new Uint8Array(length).fill(0x20),
  'exclamation marks': (length) => new Uint8Array(length).fill(0x21),
  'the languages of the world': (length) => Uint8Array.from({ length }, (_, i) => speech[i % speech.length] ?? 0),
  'any bytes': (length) =>
    Uint8Array.from(
      { length },
      (
        (random) => () =>
          random(256)
      )(randomIntegers(5)),
    ),
};

describe('createMerge', () => {
  it('should merge like the definition, for any length', () => {
    const random = randomIntegers(11);
    const merge = createMerge(table);
    for (let i = 0; i < rounds(400); i++) {
      const bytes = i % 4 ? letters(random, 1 + random(120)) : speech.subarray(i, i + 1 + random(200));
      const tokens: number[] = [];
      expect(merge(bytes, 0, bytes.length, tokens)).toBe(tokens.length);
      expect(tokens).toEqual(mergePlainly(table, bytes));
    }
  });

  it('should ignore bytes before and after the piece', () => {
    const bytes = new TextEncoder().encode('xxabcabcabcyy');
    const merge = createMerge(table);
    expect(merge(bytes, 2, 11)).toBe(merge(bytes.slice(2, 11), 0, 9));
  });

  it('should merge pieces of any length below its maximum', () => {
    const words = ['antidisestablishmentarianism', 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz', '灯塔看守人睡不着'];
    for (const word of words.map((text) => new TextEncoder().encode(text))) {
      for (let length = 1; length < word.length; length++) {
        const tokens: number[] = [];
        expect(createShortMerge(table, length + 1)(word, 0, length, tokens)).toBe(tokens.length);
        expect(tokens).toEqual(mergePlainly(table, word.slice(0, length)));
      }
    }
  });

  it('should give the same result with the short and the long algorithm', () => {
    const random = randomIntegers(12);
    const short = createShortMerge(table, 200);
    const long = createLongMerge(table);
    for (let i = 0; i < rounds(500); i++) {
      const bytes = letters(random, 1 + random(199));
      expect(long(bytes, 0, bytes.length)).toBe(short(bytes, 0, bytes.length));
    }
  });

  it.each([
    [16, 4],
    [32, 16],
    [64, 24],
    [128, 32],
    [1024, 256],
  ])('should give the same result in windows of %i bytes with an overlap of %i as in one', (window, overlap) => {
    const random = randomIntegers(window);
    const windows = createLongMerge(table, window, overlap);
    const whole = createLongMerge(table, 8_192, 1);
    for (let i = 0; i < rounds(300); i++) {
      const length = 1 + random(4 * window);
      const bytes = i % 3 ? letters(random, length) : speech.subarray(random(1_000), length);
      const expected: number[] = [];
      const tokens: number[] = [-1];
      whole(bytes, 0, bytes.length, expected);
      expect(windows(bytes, 0, bytes.length, tokens)).toBe(expected.length);
      expect(windows(bytes, 0, bytes.length)).toBe(expected.length);
      expect(tokens).toEqual([-1, ...expected]);
    }
  });

  it.each(Object.entries(adversaries))('should look up ranks in proportion to the length: %s', (_what, make) => {
    const asked = [8_000, 16_000, 32_000].map((length) => {
      const counted = counting();
      createMerge(counted.table)(make(length), 0, length);
      return counted.asked();
    });
    const [once = 0, twice = 0, fourTimes = 0] = asked;
    expect(twice).toBeLessThanOrEqual(2.1 * once);
    expect(fourTimes).toBeLessThanOrEqual(2.1 * twice);
    expect(fourTimes).toBeLessThanOrEqual(5 * 32_000);
  });

  it.each(Object.entries(adversaries))('should look back at most one window: %s', (_what, make) => {
    const length = 20_000;
    const bytes = make(length);
    let farthest = 0;
    let previous = 0;
    const rankOf: RankTable['rankOf'] = (all, from, to) => {
      farthest = Math.max(farthest, previous - from);
      previous = from;
      return table.rankOf(all, from, to);
    };
    createMerge({ ...table, rankOf })(bytes, 0, length);
    expect(farthest).toBeLessThanOrEqual(1_024);
  });
});
