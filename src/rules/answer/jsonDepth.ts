const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Whether arrays and objects are nested more than `levels` deep in a text that may be JSON. Each character is checked
 * once, and only if there are enough brackets.
 */
export function isDeeper(json: string, levels: number): boolean {
  if (countUpTo(json, '{', levels) + countUpTo(json, '[', levels) <= levels) return false;
  let depth = 0;
  let isText = false;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) isText = !isText;
    else if (code === BACKSLASH) i += 1;
    else if (!isText) {
      // The brackets of arrays and objects differ in a single bit.
      const sign = code | 32;
      if (sign === 123) depth += 1;
      else if (sign === 125) depth -= 1;
      if (depth > levels) return true;
    }
  }
  return false;
}

/** Counts a character in a text, up to `most` + 1. A search is faster than a check of each character. */
function countUpTo(text: string, sign: string, most: number): number {
  let count = 0;
  for (let at = text.indexOf(sign); at >= 0 && count <= most; at = text.indexOf(sign, at + 1)) count += 1;
  return count;
}
