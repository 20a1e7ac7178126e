import ranks from 'js-tiktoken/ranks/o200k_base';
import { describe, expect, it } from 'vitest';
import { pieceEnd } from '../../../../src/rules/counting/bpe/pieceEnd.ts';
import { languages } from './languages.ts';
import { randomIntegers, randomText } from './randomText.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function pieces(text: string): string[] {
  const bytes = encoder.encode(text);
  const found: string[] = [];
  for (let from = 0, to = 0; from < bytes.length; from = to) {
    to = pieceEnd(bytes, from, bytes.length);
    if (to <= from) throw new Error(`No progress at ${from} of ${JSON.stringify(text)}`);
    found.push(decoder.decode(bytes.subarray(from, to)));
  }
  return found;
}

/** How many bytes are read while a text is split. */
function reads(text: string): number {
  let count = 0;
  const bytes = encoder.encode(text);
  const counted = new Proxy(bytes, {
    get(target, key) {
      count++;
      return Reflect.get(target, key) as unknown;
    },
  });
  for (let from = 0; from < bytes.length; ) from = pieceEnd(counted, from, bytes.length);
  return count;
}

describe('pieceEnd', () => {
  it.each([
    ['a word with the blank before it', 'say hello', ['say', ' hello']],
    ['capitals and then small letters', 'HTMLParser fooBar', ['HTMLParser', ' foo', 'Bar']],
    ['capitals alone', 'ABC ABC1', ['ABC', ' ABC', '1']],
    ['caseless letters before capitals', '漢AB漢A', ['漢AB漢', 'A']],
    ['marks as parts of words', 'e\u0301t\u0301', ['e\u0301t\u0301']],
    ['marks before capitals', '\u0301AB', ['\u0301', 'AB']],
    ['contractions in any case', "it's WE'LL I'm x'y", ["it's", " WE'LL", " I'm", ' x', "'y"]],
    ['no contraction after a number', "1's", ['1', "'s"]],
    ['numbers by threes', '1234567 ٣٤', ['123', '456', '7', ' ', '٣٤']],
    ['one symbol with the word after it', '(foo) "bar', ['(foo', ')', ' "', 'bar']],
    ['symbols with line ends and slashes', 'a !?\n/\r\nb', ['a', ' !?\n/\r\n', 'b']],
    ['symbols with marks', '!!\u0301', ['!!\u0301']],
    ['blanks but for the last', 'a   b', ['a', '  ', ' b']],
    ['blanks before a number', 'a  1', ['a', ' ', ' ', '1']],
    ['blanks at the end', 'a   ', ['a', '   ']],
    ['blanks up to the last line end', 'a \n \n  b', ['a', ' \n \n', ' ', ' b']],
    ['a contraction of two letters at the end', "we'll they're I've", ["we'll", " they're", " I've"]],
    [
      'what only begins like a contraction',
      "a'lx b'rx c'vx d'l e'",
      ['a', "'lx", ' b', "'rx", ' c', "'vx", ' d', "'l", ' e', "'"],
    ],
    ['characters of two, three and four bytes', 'éß漢字𝐀𐐨 ²𝟙Ⅷ4 …€😀', ['éß漢字', '𝐀𐐨', ' ', '²𝟙Ⅷ', '4', ' …€😀']],
    ['line ends before a word', '\nfoo\r\nbar', ['\n', 'foo', '\r\n', 'bar']],
    ['a tab before a word, and not before symbols', '\tfoo\t!', ['\tfoo', '\t', '!']],
    ['one of several symbols with nothing but symbols', '((foo', ['((', 'foo']],
    ['a symbol before a number', '$5', ['$', '5']],
    ['white space of Unicode', 'a\u3000b\u2028\u2028c', ['a', '\u3000b', '\u2028', '\u2028c']],
  ])('should split %s', (_what, text, expected) => {
    expect(pieces(text)).toEqual(expected);
  });

  it('should not read beyond the given end', () => {
    const texts = [
      "WE'LL see",
      "it's",
      "they're",
      '12345',
      ' !?\n/\r\nb',
      'a \n  b',
      '漢AB漢Ab',
      'e\u0301\u0301!\u0301',
      '😀 😀',
    ];
    for (const text of texts) {
      const bytes = encoder.encode(text);
      let to = 0;
      for (const character of text) {
        to += encoder.encode(character).length;
        for (let from = 0, alone = 0; from < to; from = alone) {
          alone = pieceEnd(bytes.slice(0, to), from, to);
          expect([text, to, from, pieceEnd(bytes, from, to)]).toEqual([text, to, from, alone]);
        }
      }
    }
  });

  it('should split like the regular expression', { timeout: 60_000 }, () => {
    const pattern = new RegExp(ranks.pat_str, 'gu');
    const random = randomIntegers(7);
    const texts = [...Object.values(languages), ...Array.from({ length: 5_000 }, () => randomText(random))];
    for (const text of texts) {
      const expected = text.match(pattern) ?? [];
      if (String(pieces(text)) !== String(expected.map((piece) => Buffer.from(piece).toString()))) {
        expect({ text, pieces: pieces(text) }).toEqual({ text, pieces: expected });
      }
    }
  });

  it.each([
    ['letters', 'a'],
    ['capitals', 'A'],
    ['capitals after a caseless letter', '漢AAAA'],
    ['capitals and marks', 'A\u0301'],
    ['blanks', ' '],
    ['blanks and line ends', '  \n '],
    ['symbols', '!'],
    ['symbols and line ends', '!\n/'],
    ['numbers', '7'],
    ['apostrophes', "'l"],
    ['emoji', '😀'],
  ])('should read %s a bounded number of times', (_what, unit) => {
    const short = reads(unit.repeat(1_000));
    const long = reads(unit.repeat(2_000));
    expect(long).toBeLessThanOrEqual(2.01 * short + 20);
    expect(long).toBeLessThanOrEqual(8 * encoder.encode(unit.repeat(2_000)).length);
    expect(reads(`漢${unit.repeat(2_000)}`)).toBeLessThanOrEqual(2 * long + 40);
  });
});
