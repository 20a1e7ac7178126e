const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Whether arrays and objects lie within each other more than so many levels deep in a text that may be JSON. It looks
 * at each character once, and at none where the text is too short to be so deep.
 */
export function isDeeper(json: string, levels: number): boolean {
  // Each level takes two signs.
  if (json.length <= 2 * levels) return false;
  let depth = 0;
  let isText = false;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) isText = !isText;
    else if (code === BACKSLASH) i += 1;
    else if (!isText) {
      // The signs of arrays and objects differ in a single bit.
      const sign = code | 32;
      if (sign === 123) depth += 1;
      else if (sign === 125) depth -= 1;
      if (depth > levels) return true;
    }
  }
  return false;
}
