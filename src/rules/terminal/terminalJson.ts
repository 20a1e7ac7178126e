import { isControl } from './terminalText.ts';

/**
 * Writes a value as JSON that commands no terminal, whatever its texts hold: JSON escapes most control characters by
 * itself, and the others are escaped here, so that nothing is lost.
 *
 * @param indent Blanks for each level. Without it all is one line.
 */
export function terminalJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, undefined, indent);
  let safe = '';
  for (const character of json) {
    const code = character.charCodeAt(0);
    safe += isControl(code) ? `\\u${code.toString(16).padStart(4, '0')}` : character;
  }
  return safe;
}
