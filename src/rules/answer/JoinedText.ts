/** How many pieces are joined at once. */
const TOGETHER = 16;

/**
 * Adds up a text that comes in many pieces. With `+=` engines keep a node for each piece until somebody reads the text,
 * and carry all of them along whenever they look for garbage; of pieces that are joined by the dozen little is carried.
 */
export class JoinedText {
  /** How many pieces have come. */
  count = 0;
  #joined = '';
  /** Those that are not joined yet come first. What follows them is left from before. */
  readonly #pieces: string[] = [];
  #waiting = 0;

  add(piece: string): void {
    this.count += 1;
    this.#pieces[this.#waiting++] = piece;
    if (this.#waiting < TOGETHER) return;
    this.#joined += this.#pieces.join('');
    this.#waiting = 0;
  }

  toString(): string {
    return this.#joined + this.#pieces.slice(0, this.#waiting).join('');
  }
}
