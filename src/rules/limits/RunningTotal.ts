/** For how long back a total can be asked for, in milliseconds: longer than any request is under way. */
const MEMORY = 300_000;

/** Moments that are closer than this, in milliseconds, are one: what came then counts from the first of them on. */
const MOMENT = 5;

/** A sum over time that can tell what it was at an earlier moment. */
export class RunningTotal {
  #times: number[] = [];
  #totals: number[] = [];
  /** Where the remembered ones begin: those before are dropped now and then, all at once. */
  #start = 0;
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** @param now Milliseconds, never less than the time before. */
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

  /** What the sum was at the end of a moment. What is forgotten counts as the oldest that is known. */
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

  /** The sum before the oldest that is remembered. */
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
