/** The charges and refunds until a request was charged, to be compared with those of another request. */
export interface RefundMark {
  /** When the request was charged, in milliseconds. */
  readonly at: number;
  /** The units charged until then, including this request. */
  readonly charged: number;
  /** The units that should have been refunded until then. */
  readonly refunded: number;
  /** How often the bucket had overflowed until then. */
  readonly overflows: number;
}

/** The factor by which each new observation reduces the weight of the older ones. */
const MEMORY = 0.98;

/** The minimum time between two compared charges, in milliseconds: closer ones may have arrived in reverse order. */
const APART = 1_000;

/** How many observations with considerable refunds are needed for a conclusion. */
const ENOUGH = 12;

/** Below the fraction `NONE` of the refunds, the server keeps unused units; above `ALL`, it refunds them. */
const NONE = 0.2;
const ALL = 0.6;

/**
 * Finds out whether the server refunds the unused part of a charge.
 *
 * Between two answers, the level falls by the charges and rises by the refill. Any further rise is refunds, less the
 * steady usage by others. A least-squares fit separates the two, since refunds come unevenly.
 */
export class RefundWatch {
  /** Whether the server keeps the unused part of a charge, as far as was observed. */
  keeps = false;
  #charged = 0;
  #refunded = 0;
  #overflows = 0;
  /** The number of the event at which the bucket was last full. */
  #fullAt = -1;
  #last: { readonly mark: RefundMark; readonly remaining: number } | undefined;
  /** Weighted sums of products of refunds (g), time (t) and unexplained rises of the level (d). */
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
   * The totals after a charge.
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

  /** Removes a charge that the server has not made. */
  undo(units: number): void {
    this.#charged -= units;
  }

  /** Notes units that the server should have refunded. */
  refund(units: number): void {
    this.#refunded += units;
  }

  /**
   * Notes the level that an answer shows.
   *
   * @param remaining The server's level after the charge.
   * @param rate The refill rate, in units per millisecond.
   */
  observe(mark: RefundMark, remaining: number, rate: number): void {
    const last = this.#last;
    if (last !== undefined && mark.at < last.mark.at + APART) return;
    this.#last = { mark, remaining };
    // An overflow loses an unknown amount, so the two answers cannot be compared.
    if (last === undefined || last.mark.overflows !== mark.overflows) return;
    const g = mark.refunded - last.mark.refunded;
    const t = mark.at - last.mark.at;
    const d = remaining - last.remaining + (mark.charged - last.mark.charged) - rate * t;
    // Neither refunds nor others explain a larger change: these requests have arrived in reverse order.
    if (d > g + rate * APART || d < -rate * (t + APART)) return;
    this.#gg = this.#gg * MEMORY + g * g;
    this.#gt = this.#gt * MEMORY + g * t;
    this.#tt = this.#tt * MEMORY + t * t;
    this.#gd = this.#gd * MEMORY + g * d;
    this.#td = this.#td * MEMORY + t * d;
    if (g > rate * APART) this.#count += 1;
    if (this.#count >= ENOUGH) this.#conclude();
  }

  /** Notes that refill or a refund may not have fitted into the bucket. */
  overflow(): void {
    this.#overflows += 1;
  }

  #conclude(): void {
    const determinant = this.#gg * this.#tt - this.#gt * this.#gt;
    // If refunds come as evenly as time passes, the two cannot be separated, and the whole rise counts as refunds.
    const isClear = determinant > 1e-3 * this.#gg * this.#tt;
    const share = isClear ? (this.#gd * this.#tt - this.#td * this.#gt) / determinant : this.#gd / this.#gg;
    if (share < NONE) this.keeps = true;
    else if (share > ALL) this.keeps = false;
  }
}
