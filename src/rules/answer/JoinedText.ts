/** The number of pieces that are joined at once. */
const TOGETHER = 16;

/**
 * Concatenates many pieces to a text. With `+=`, engines keep a node for each piece until the text is read, and every
 * garbage collection visits all of them; if pieces are joined in batches, few nodes are left.
 */
export class JoinedText {
  /** The number of added pieces. */
  count = 0;
  #joined = '';
  /** The first `#waiting` pieces are not joined yet; the rest are left over from earlier batches. */
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
