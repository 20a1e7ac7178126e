/** Texts that o200k's pre-tokenizer treats differently, or could confuse. */
const SPECIMENS = [
  ...['a', 'b', 'A', 'B', 'é', 'ß', 'ſ', 'Ж', 'ж', 'ǅ', 'ᾈ', 'ʰ', '漢', '字', 'の', 'ا', 'ก', 'ि'],
  ...['\u0301', '\u0302', '\u20dd', '1', '23', '٣', 'Ⅷ', '²', '𝟙', ' ', '  ', '   ', '\t', '\v', '\n', '\r', '\r\n'],
  ...['\u0085', '\u00a0', '\u2028', '\u3000', '\ufeff', '\u200b', '\u200d', '\0', '\u007f', '\u009f'],
  ...[
    '!',
    '?!',
    '.',
    '/',
    '//',
    '-',
    '_',
    '(',
    '’',
    '“',
    '…',
    '€',
    '<|endoftext|>',
    '<|start|>',
    '\ue000',
    '\u{10ffff}',
  ],
  ...["'", "'s", "'S", "'t", "'re", "'Re", "'VE", "'ll", "'lL", "'m", "'D", "'x", "'ſ", ' the', 'The', 'ing', '://'],
  ...['😀', '👍🏽', '👨‍👩‍👧', '🇩🇪', '𝐀', '𐐀', '𐐨', '𠮷', '\ud800', '\udfff', '\udc00\ud800'],
];

/** Returns numbers from 0 to `below`, exclusive; the same ones for the same seed. */
export type RandomInteger = (below: number) => number;

/** A generator of numbers by George Marsaglia's xorshift. */
export function randomIntegers(seed: number): RandomInteger {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A text of up to `length` pieces: specimens, any code points, runs of one character, random letters. */
export function randomText(random: RandomInteger, length = 16): string {
  let text = '';
  for (let pieces = random(length + 1); pieces > 0; pieces--) {
    const specimen = SPECIMENS[random(SPECIMENS.length)] ?? '';
    const kind = random(12);
    if (kind < 7) text += specimen;
    else if (kind < 9) text += String.fromCodePoint(random(0x110000));
    else if (kind === 9) text += specimen.repeat(random(40));
    else text += Array.from({ length: random(12) }, () => String.fromCharCode(0x61 + random(26))).join('');
  }
  return text;
}
