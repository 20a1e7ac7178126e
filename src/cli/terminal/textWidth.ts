/** What takes no room of its own: marks, joiners, selectors of a variant. */
const INVISIBLE = /[\p{Mn}\p{Me}\p{Cf}]/u;

/**
 * What takes two cells: emoji, and the scripts of East Asia.
 *
 * @see https://www.unicode.org/reports/tr11/
 */
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

/** How many cells of a terminal a character takes. */
export function characterWidth(character: string): 0 | 1 | 2 {
  // Nearly all there is.
  if (character < '\u0300') return 1;
  if (INVISIBLE.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** How many cells of a terminal a text takes that has no control characters. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}
