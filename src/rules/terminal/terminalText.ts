/** The position of the text within a control sequence. */
type State = 'text' | 'escape' | 'csi' | 'string';

const ESC = 0x1b;
const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;
const NEWLINE = 0x0a;
const TAB = 0x09;
/** CSI and the string terminator as single characters of C1. */
const CSI = 0x9b;
const ST = 0x9c;

/** What opens a string that a terminal does not show: DCS, SOS, OSC, PM and APC, as single characters of C1. */
const STRING_OPENERS: ReadonlySet<number> = new Set([0x90, 0x98, 0x9d, 0x9e, 0x9f]);
/** The same after an escape: `P`, `X`, `]`, `^` and `_`. */
const ESCAPED_STRING_OPENERS: ReadonlySet<number> = new Set([0x50, 0x58, 0x5d, 0x5e, 0x5f]);
/** `[`, which after an escape is CSI. */
const BRACKET = 0x5b;

/**
 * Makes a filter that takes out of a text, piece by piece, whatever could command a terminal or reorder what is read:
 * escape sequences with their parameters and strings, control characters except newline and tab, and the controls of
 * writing direction.
 *
 * A sequence may be split over pieces at any place, so each stream needs a filter of its own. A string that is never
 * ended does not swallow the rest of an answer: it ends with its line, since what opened it is gone.
 *
 * @example
 * const shown = terminalTextFilter();
 * shown('red: \u001b['); // => 'red: '
 * shown('31mred'); // => 'red'
 * @see https://ecma-international.org/publications-and-standards/standards/ecma-48/ for the sequences
 * @see https://www.unicode.org/reports/tr9/ for the controls of direction
 */
export function terminalTextFilter(): (piece: string) => string {
  let state: State = 'text';

  /** Follows one character, and tells whether it is to be seen. */
  const shows = (code: number): boolean => {
    switch (state) {
      case 'text':
        break;
      case 'escape':
        if (isBetween(code, 0x20, 0x2f)) return false;
        if (isBetween(code, 0x30, 0x7e)) {
          state = code === BRACKET ? 'csi' : ESCAPED_STRING_OPENERS.has(code) ? 'string' : 'text';
          return false;
        }
        break;
      case 'csi':
        if (isBetween(code, 0x20, 0x3f)) return false;
        if (isBetween(code, 0x40, 0x7e)) {
          state = 'text';
          return false;
        }
        break;
      case 'string':
        if (code !== ESC && code !== NEWLINE) {
          if (code === BEL || code === ST || code === CAN || code === SUB) state = 'text';
          return false;
        }
        break;
    }
    // Here no sequence goes on: what interrupts one counts as text.
    state = stateAfter(code);
    return state === 'text' && !isControl(code);
  };

  return (piece) => {
    let shown = '';
    // What is to be seen is copied in runs, since nearly all pieces are to be seen as they are.
    let start = 0;
    for (let i = 0; i < piece.length; i++) {
      if (shows(piece.charCodeAt(i))) continue;
      shown += piece.slice(start, i);
      start = i + 1;
    }
    return start === 0 ? piece : shown + piece.slice(start);
  };
}

/** The same for a text that is whole. See {@link terminalTextFilter}. */
export const terminalText = (text: string): string => terminalTextFilter()(text);

/** Whether a character commands a terminal, or changes the direction in which others are read. */
export function isControl(code: number): boolean {
  if (code < 0x20) return code !== NEWLINE && code !== TAB;
  return isBetween(code, 0x7f, 0x9f) || isBetween(code, 0x202a, 0x202e) || isBetween(code, 0x2066, 0x2069);
}

function stateAfter(code: number): State {
  if (code === ESC) return 'escape';
  if (code === CSI) return 'csi';
  return STRING_OPENERS.has(code) ? 'string' : 'text';
}

const isBetween = (code: number, first: number, last: number): boolean => code >= first && code <= last;
