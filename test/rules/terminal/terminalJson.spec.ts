import { describe, expect, it } from 'vitest';
import { terminalJson } from '../../../src/rules/terminal/terminalJson.ts';
import { isControl } from '../../../src/rules/terminal/terminalText.ts';

describe('terminalJson', () => {
  it('should lose nothing, and contain no control character', () => {
    const value = { text: 'a\x1b[31m\x9d52;c;x\x9c\u202eb\x7f\n"\\', list: [1, null, '漢😀'] };
    const json = terminalJson(value);
    expect(JSON.parse(json)).toEqual(value);
    expect(Array.from(json).some((character) => isControl(character.charCodeAt(0)))).toBe(false);
  });

  it('should write one line by default, or indent', () => {
    expect(terminalJson({ a: [1] })).toBe('{"a":[1]}');
    expect(terminalJson({ a: 1 }, 2)).toBe('{\n  "a": 1\n}');
  });
});
