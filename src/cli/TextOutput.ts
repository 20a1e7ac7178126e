import { terminalTextFilter } from '../rules/terminal/terminalText.ts';

/** Writes a text that comes in pieces, and ends its last line. */
export class TextOutput {
  readonly #stream: NodeJS.WritableStream;
  readonly #raw: boolean;
  readonly #filter = terminalTextFilter();
  #isAtLineStart = true;

  /** @param raw Whether control characters are written as they are, and nothing is added. */
  constructor(stream: NodeJS.WritableStream, raw: boolean) {
    this.#stream = stream;
    this.#raw = raw;
  }

  write(piece: string): void {
    const text = this.#raw ? piece : this.#filter(piece);
    if (text === '') return;
    this.#stream.write(text);
    this.#isAtLineStart = text.endsWith('\n');
  }

  end(): void {
    if (!this.#isAtLineStart && !this.#raw) this.#stream.write('\n');
    this.#isAtLineStart = true;
  }
}
