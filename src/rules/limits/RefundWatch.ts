/** What was charged and given back by the time of a request, to compare with another one's. */
export interface RefundMark {
  /** When the request was charged, in milliseconds. */
  readonly at: number;
  /** What had been charged by then, with this request. */
  readonly charged: number;
  /** What should have come back by then. */
  readonly refunded: number;
  /** How often the bucket had overflowed by then. */
  readonly overflows: number;
}

/** How much an older observation counts when the next one comes. */
const MEMORY = 0.98;

/** How far apart two answers are compared at the least, in milliseconds: those that are closer may have changed places. */
const APART = 1_000;

/** How many observations with refunds between them are needed to conclude anything. */
const ENOUGH = 12;

/** Up to which part of the refunds it is concluded that there are none, and from which on that there are. */
const NONE = 0.2;
const ALL = 0.6;

/**
 * Finds out whether the server gives back what was charged and not used.
 *
 * From one answer to the next the level falls by what was charged and rises by what flows in; what it rises beyond that
 * are refunds, less what others take all the time. A fit by least squares tells the two apart, since refunds come
 * unevenly.
 */
export class RefundWatch {
  /** Whether the server keeps what was not used, as far as was seen. */
  keeps = false;
  #charged = 0;
  #refunded = 0;
  #overflows = 0;
  /** The number of the event at which the bucket was last full. */
  #fullAt = -1;
  #last: { readonly mark: RefundMark; readonly remaining: number } | undefined;
  /** Sums of products of refunds (g), time (t) and unexplained rises of the level (d). */
  #gg = 0;
  #gt = 0;
  #tt = 0;
  #gd = 0;
  #td = 0;
  #count = 0;

  /** Notes a charge. */
  charge(units: number): void {
    this.#charged += units;
  }

  /**
   * The state after a charge.
   *
   * @param fullAt The number of the event at which the bucket was last full.
   */
  mark(now: number, fullAt = -1): RefundMark {
    if (fullAt !== this.#fullAt) {
      this.#fullAt = fullAt;
      this.overflow();
    }
    return { at: now, charged: this.#charged, refunded: this.#refunded, overflows: this.#overflows };
  }

  /** Notes that a charge was never made at the server. */
  undo(units: number): void {
    this.#charged -= units;
  }

  /** Notes what should come back. */
  refund(units: number): void {
    this.#refunded += units;
  }

  /**
   * Notes what an answer shows.
   *
   * @param remaining What the server held after the charge.
   * @param rate What flows in, in units for each millisecond.
   */
  observe(mark: RefundMark, remaining: number, rate: number): void {
    const last = this.#last;
    if (last !== undefined && mark.at < last.mark.at + APART) return;
    this.#last = { mark, remaining };
    // The overflow of the bucket was lost, and its amount is not known.
    if (last === undefined || last.mark.overflows !== mark.overflows) return;
    const g = mark.refunded - last.mark.refunded;
    const t = mark.at - last.mark.at;
    const d = remaining - last.remaining + (mark.charged - last.mark.charged) - rate * t;
    // Neither refunds nor others can do more than this; what does has come from requests that changed places.
    if (d > g + rate * APART || d < -rate * (t + APART)) return;
    this.#gg = this.#gg * MEMORY + g * g;
    this.#gt = this.#gt * MEMORY + g * t;
    this.#tt = this.#tt * MEMORY + t * t;
    this.#gd = this.#gd * MEMORY + g * d;
    this.#td = this.#td * MEMORY + t * d;
    if (g > rate * APART) this.#count += 1;
    if (this.#count >= ENOUGH) this.#conclude();
  }

  /** Notes that something flowed in or came back that may not have fitted. */
  overflow(): void {
    this.#overflows += 1;
  }

  #conclude(): void {
    const determinant = this.#gg * this.#tt - this.#gt * this.#gt;
    // When refunds come as evenly as time passes, all of a rise is taken for them.
    const isClear = determinant > 1e-3 * this.#gg * this.#tt;
    const share = isClear ? (this.#gd * this.#tt - this.#td * this.#gt) / determinant : this.#gd / this.#gg;
    if (share < NONE) this.keeps = true;
    else if (share > ALL) this.keeps = false;
  }
}
