import { characterWidth, textWidth } from './textWidth.ts';

/** Makes a text exactly so many cells wide: cuts it, marking the cut, or fills it up with blanks. */
export function fit(text: string, width: number): string {
  const shown = cut(text, width);
  return shown + ' '.repeat(Math.max(0, width - textWidth(shown)));
}

/** The same with the blanks before the text. */
export function fitRight(text: string, width: number): string {
  const shown = cut(text, width);
  return ' '.repeat(Math.max(0, width - textWidth(shown))) + shown;
}

/** Makes a text at most so many cells wide: a cut is marked. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let shown = '';
  let used = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width - 1) break;
    shown += character;
  }
  return width > 0 ? `${shown}…` : '';
}
