/**
 * What may be spent in all, what was spent, and what is set aside for that of which the cost is not known yet. What was
 * spent and what is set aside together never exceed what may be spent, as long as nothing costs more than was set
 * aside for it.
 *
 * It counts in whole units, so that nothing is lost in adding and taking away.
 */
export class Account {
  /** What may be spent. */
  readonly limit: number;
  #used = 0;
  #reserved = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** What was spent. */
  get used(): number {
    return this.#used;
  }

  /** What is set aside. */
  get reserved(): number {
    return this.#reserved;
  }

  /** Whether so much may be set aside now. */
  fits(units: number): boolean {
    return this.#used + this.#reserved + units <= this.limit;
  }

  /** Whether so much could be set aside if all that is set aside came back: if not, it never can again. */
  mayFit(units: number): boolean {
    return this.#used + units <= this.limit;
  }

  reserve(units: number): void {
    this.#reserved += units;
  }

  /** Spends what something has cost for which so much was set aside. */
  settle(reserved: number, used: number): void {
    this.#reserved -= reserved;
    this.#used += used;
  }
}
