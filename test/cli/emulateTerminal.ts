/** What a terminal shows after some output. */
export interface Shown {
  /** The lines of the visible screen, without trailing blanks. */
  readonly lines: readonly string[];
  /** Whether the alternate screen is visible. */
  readonly alternate: boolean;
  readonly cursor: boolean;
  readonly wraps: boolean;
  /** Whether something was written beyond the last column or row. */
  readonly overflown: boolean;
}

/** Interprets the sequences that this project writes to terminals, and refuses all others. */
export function emulateTerminal(output: string, columns = 80, rows = 24): Shown {
  const terminal = new Terminal(columns, rows);
  for (const [part] of output.matchAll(/\u001b\[[?\d;]*[A-Za-z]|./gsu)) terminal.take(part);
  return terminal;
}

class Terminal implements Shown {
  alternate = false;
  cursor = true;
  wraps = true;
  overflown = false;
  readonly #columns: number;
  readonly #rows: number;
  readonly #main: string[][];
  #other: string[][];
  readonly #places = { main: { row: 0, column: 0 }, other: { row: 0, column: 0 } };

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
    this.#main = this.#blank();
    this.#other = this.#blank();
  }

  get lines(): string[] {
    return this.#screen.map((line) =>
      Array.from({ length: line.length }, (_, column) => line[column] ?? ' ')
        .join('')
        .trimEnd(),
    );
  }

  take(part: string): void {
    if (part.startsWith('\u001b')) this.#obey(part.slice(1));
    else if (part === '\r') this.#place.column = 0;
    else if (part === '\n') this.#newline();
    else this.#put(part);
  }

  get #screen(): string[][] {
    return this.alternate ? this.#other : this.#main;
  }

  get #place(): { row: number; column: number } {
    return this.alternate ? this.#places.other : this.#places.main;
  }

  #blank(): string[][] {
    return Array.from({ length: this.#rows }, () => []);
  }

  #put(character: string): void {
    const place = this.#place;
    if (place.column >= this.#columns || place.row >= this.#rows) this.overflown = true;
    const line = this.#screen[place.row];
    if (line !== undefined) line[place.column] = character;
    place.column += 1;
  }

  /** Outside raw mode, a terminal returns to the first column by itself. */
  #newline(): void {
    const place = this.#place;
    place.column = 0;
    place.row += 1;
    if (place.row < this.#rows || this.alternate) return;
    this.#main.shift();
    this.#main.push([]);
    place.row -= 1;
  }

  #obey(sequence: string): void {
    const { row, column } = this.#place;
    switch (sequence) {
      case '[?1049h':
      case '[?1049l':
        this.alternate = sequence.endsWith('h');
        break;
      case '[?25h':
      case '[?25l':
        this.cursor = sequence.endsWith('h');
        break;
      case '[?7h':
      case '[?7l':
        this.wraps = sequence.endsWith('h');
        break;
      case '[H':
        Object.assign(this.#place, { row: 0, column: 0 });
        break;
      case '[2J':
        if (this.alternate) this.#other = this.#blank();
        else throw new Error('the screen of somebody else is cleared');
        break;
      case '[K':
        this.#screen[row]?.splice(column);
        break;
      case '[J':
        this.#screen[row]?.splice(column);
        for (const line of this.#screen.slice(row + 1)) line.length = 0;
        break;
      default:
        if (!/^\[[\d;]*m$/.test(sequence)) throw new Error(`unknown sequence: ESC ${sequence}`);
    }
  }
}
