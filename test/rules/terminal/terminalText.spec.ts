import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isControl, terminalText, terminalTextFilter } from '../../../src/rules/terminal/terminalText.ts';

describe('terminalText', () => {
  it('should keep ordinary text, newlines and tabs', () => {
    const text = 'Ünïcödé 漢字 👩‍👩‍👧 مرحبا\n\tx = [1]; y^2; a\\b_c]d\n';
    expect(terminalText(text)).toBe(text);
  });

  const cases: readonly (readonly [string, string, string])[] = [
    ['a colour', 'a\x1b[1;31mb\x1b[0mc', 'abc'],
    ['clearing the screen', '\x1b[2J\x1b[Hx', 'x'],
    ['a private mode', '\x1b[?1049hx', 'x'],
    ['intermediates', '\x1b[0 qa\x1b(Bb\x1b#8c', 'abc'],
    ['a two-character escape', '\x1bca\x1b7b\x1b=c', 'abc'],
    ['a link, ended by BEL', '\x1b]8;;https://evil.example\x07click\x1b]8;;\x07!', 'click!'],
    ['a link, ended by ST', '\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\!', 'click!'],
    ['writing to the clipboard', '\x1b]52;c;cm0gLXJmIC8=\x07ok', 'ok'],
    ['the title', '\x1b]0;pwned\x9cok', 'ok'],
    ['a device control string', '\x1bPq#0;2;0;0;0\x1b\\ok', 'ok'],
    ['an application command', '\x1b_Gf=100;AAAA\x1b\\ok', 'ok'],
    ['a privacy message', '\x1b^secret\x1b\\ok', 'ok'],
    ['a start of string', '\x1bXsecret\x1b\\ok', 'ok'],
    ['CSI as one character', 'a\x9b31mb', 'ab'],
    ['OSC as one character', 'a\x9d52;c;AAAA\x9cb', 'ab'],
    ['DCS as one character', 'a\x90q\x9cb', 'ab'],
    ['a string that is cancelled', '\x1b]0;x\x18a\x1bPy\x1ab', 'ab'],
    ['an escape in a sequence', '\x1b[31\x1b[32ma\x1b\x1b[0mb', 'ab'],
    ['carriage returns, bells and backspaces', 'safe\r\nline\rover\x07\b\x00\x7f', 'safe\nlineover'],
    ['the rest of C1', 'a\x80\x85\x8d\x9cb', 'ab'],
    ['controls of direction', 'a\u202e\u2066b\u2069\u202cc\u202a\u202b\u202d\u2067\u2068d', 'abcd'],
  ];
  it.each(cases)('should remove %s', (_, text, shown) => {
    expect(terminalText(text)).toBe(shown);
  });

  it('should end an incomplete sequence at the first character that cannot continue it', () => {
    expect(terminalText('\x1b[31\nx')).toBe('\nx');
    expect(terminalText('\x1b漢')).toBe('漢');
    expect(terminalText('\x1b[漢')).toBe('漢');
  });

  it('should not remove the lines after an unterminated string', () => {
    expect(terminalText('\x1b]0;title\nthe answer')).toBe('\nthe answer');
  });

  it.each(cases)('should remove %s however it is split', (_, text, shown) => {
    for (let at = 0; at <= text.length; at++) {
      const filter = terminalTextFilter();
      expect(filter(text.slice(0, at)) + filter(text.slice(at))).toBe(shown);
    }
    const filter = terminalTextFilter();
    expect(
      Array.from(text)
        .map((character) => filter(character))
        .join(''),
    ).toBe(shown);
  });

  it('should never contain a control character, and be idempotent', () => {
    const unit = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom('\x1b', '[', ']', 'P', '\\', '\x07', '\x9b', '\x9c', '\x9d', ';', '3', 'm'),
      },
      { weight: 1, arbitrary: fc.constantFrom('\n', '\t', 'a', '\u202e', '\u2069', '\u0085', ' ', '?', 'é') },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), (pieces) => {
        const filter = terminalTextFilter();
        const shown = pieces.map((piece) => filter(piece)).join('');
        expect(Array.from(shown).some((character) => isControl(character.charCodeAt(0)))).toBe(false);
        expect(shown).toBe(terminalText(pieces.join('')));
        expect(terminalText(shown)).toBe(shown);
      }),
    );
  });
});
