import { MinHeap } from './MinHeap.ts';
import { NO_RANK, type RankTable } from './rankTable.ts';

/** A range of bytes, merged independently of its neighbours. */
export class Stretch {
  readonly #rankOf: RankTable['rankOf'];
  readonly #capacity: number;
  /** The parts as a doubly linked list: the start of the next and of the previous part. */
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** The rank of each part joined with the next one. */
  readonly #ranks: Int32Array;
  /** The rank and position of each pair in one number, including outdated pairs. */
  readonly #pairs: MinHeap;
  #from = 0;
  #to = 0;

  /** @param capacity The maximum length of a stretch, in bytes. */
  constructor({ rankOf }: RankTable, capacity: number) {
    this.#rankOf = rankOf;
    this.#capacity = capacity;
    this.#next = new Int32Array(capacity + 1);
    this.#previous = new Int32Array(capacity + 1);
    this.#ranks = new Int32Array(capacity);
    this.#pairs = new MinHeap(2 * capacity);
  }

  get end(): number {
    return this.#to;
  }

  /** Merges `bytes` from `from` up to `to`, and replaces the previous stretch. */
  merge(bytes: Uint8Array, from: number, to: number): this {
    const next = this.#next;
    const previous = this.#previous;
    const ranks = this.#ranks;
    const pairs = this.#pairs;
    const capacity = this.#capacity;
    this.#from = from;
    this.#to = to;
    for (let i = 0; i <= to - from; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    for (let i = 0; i < to - from; i++) this.#rate(bytes, i);
    while (pairs.size > 0) {
      const pair = pairs.pop();
      const rank = Math.floor(pair / capacity);
      const at = pair - rank * capacity;
      if (ranks[at] !== rank) continue;
      const gone = next[at] as number;
      const after = next[gone] as number;
      next[at] = after;
      previous[after] = at;
      ranks[gone] = NO_RANK;
      if (at > 0) this.#rate(bytes, previous[at] as number);
      this.#rate(bytes, at);
    }
    return this;
  }

  /** The end of the token that begins at `at`. */
  tokenEnd(at: number): number {
    return this.#from + (this.#next[at - this.#from] as number);
  }

  /** Looks up the rank of a part joined with the next one. */
  #rate(bytes: Uint8Array, at: number): void {
    const next = this.#next[at] as number;
    const rank =
      next >= this.#to - this.#from
        ? NO_RANK
        : this.#rankOf(bytes, this.#from + at, this.#from + (this.#next[next] as number));
    this.#ranks[at] = rank;
    if (rank !== NO_RANK) this.#pairs.push(rank * this.#capacity + at);
  }
}
