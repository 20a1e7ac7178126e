import { cut } from './fit.ts';
import { textWidth } from './textWidth.ts';

/**
 * Breaks a text into lines of at most so many cells, between words. Newlines and tabs count as blanks, and a word that
 * is longer than a line is cut.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const word of text.split(/\s+/)) {
    const wide = textWidth(word);
    if (wide === 0) continue;
    if (line !== '' && used + 1 + wide <= width) {
      line += ` ${word}`;
      used += 1 + wide;
      continue;
    }
    if (line !== '') lines.push(line);
    line = cut(word, width);
    used = Math.min(wide, width);
  }
  if (line !== '') lines.push(line);
  return lines;
}
