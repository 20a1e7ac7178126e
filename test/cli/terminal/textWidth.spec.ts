import { describe, expect, it } from 'vitest';
import { textWidth } from '../../../src/cli/terminal/textWidth.ts';

describe('textWidth', () => {
  it.each([
    ['', 0],
    ['plain', 5],
    ['naïve', 5],
    ['nai\u0308ve', 5],
    ['漢字', 4],
    ['한글 ｆｕｌｌ', 13],
    ['🙂', 2],
    ['a\u200db', 2],
    ['… │ █▏ ✓ ÷', 10],
    ['مرحبا', 5],
  ])('should measure %j', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });
});
