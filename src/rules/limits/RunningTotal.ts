/** How far back a total can be queried, in milliseconds: longer than requests normally last. */
const MEMORY = 300_000;

/** Additions within this time, in milliseconds, are combined into one, which counts from the first of them on. */
const MOMENT = 5;

/** A running sum that also knows its values at earlier times. */
export class RunningTotal {
  #times: number[] = [];
  #totals: number[] = [];
  /** The index of the first entry that is still kept. Those before it are removed in batches. */
  #start = 0;
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** @param now Milliseconds, not less than in the previous call. */
  add(units: number, now: number): void {
    this.#total += units;
    const last = this.#times.length - 1;
    if (last >= this.#start && now - (this.#times[last] ?? now) < MOMENT) this.#totals[last] = this.#total;
    else {
      this.#times.push(now);
      this.#totals.push(this.#total);
      this.#forget(now - MEMORY);
    }
  }

  /**
   * The sum at a time, with the additions at that time. For a time before the oldest entry: the sum before that entry.
   */
  at(time: number): number {
    let low = this.#start;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] ?? Infinity) <= time) low = middle + 1;
      else high = middle;
    }
    return low === this.#start ? this.#before : (this.#totals[low - 1] ?? this.#total);
  }

  /** The sum before the oldest entry that is kept. */
  #before = 0;

  #forget(before: number): void {
    while ((this.#times[this.#start] ?? Infinity) < before) {
      this.#before = this.#totals[this.#start] ?? this.#before;
      this.#start += 1;
    }
    if (this.#start < 1_024 || this.#start * 2 < this.#times.length) return;
    this.#times = this.#times.slice(this.#start);
    this.#totals = this.#totals.slice(this.#start);
    this.#start = 0;
  }
}
