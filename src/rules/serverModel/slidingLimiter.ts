import { type Limiter, ON_TIME, wholeUnits } from './Limiter.ts';

/** A charge in the log, which a settlement may lower in its place. */
interface Entry {
  readonly at: number;
  amount: number;
}

/** How many entries that have left the window are kept before the log is cut. */
const MIN_CUT = 1_024;

/**
 * A limit over the last window, whenever that began: a log of what was used. Groq has none; clients have to survive
 * one.
 *
 * What is given back is taken out of the entry that it belongs to, and what turns out to be more is a new entry.
 *
 * @param initial How much may be used in any window.
 * @param window In milliseconds.
 */
export function slidingLimiter(initial: number, window: number): Limiter {
  let limit = initial;
  let latest = Number.NEGATIVE_INFINITY;
  let log: Entry[] = [];
  /** Where the entries that still count begin. */
  let first = 0;
  let count = 0;

  const gone = (entry: Entry): boolean => entry.at + window <= latest + ON_TIME;

  const used = (now: number): number => {
    latest = Math.max(latest, now);
    for (let entry = log[first]; entry !== undefined && gone(entry); entry = log[first]) {
      count -= entry.amount;
      first++;
    }
    if (first > MIN_CUT && first > log.length / 2) {
      log = log.slice(first);
      first = 0;
    }
    return count;
  };
  const add = (now: number, amount: number): Entry => {
    used(now);
    const entry = { at: latest, amount };
    log.push(entry);
    count += amount;
    return entry;
  };

  return {
    used,
    fits: (now, amount) => used(now) + amount <= limit,
    wait(now, amount) {
      let over = used(now) + amount - limit;
      for (let i = first; over > 0; i++) {
        const entry = log[i];
        if (entry === undefined) return window;
        over -= entry.amount;
        if (over <= 0) return entry.at + window - latest;
      }
      return 0;
    },
    show(now) {
      const whole = wholeUnits(used(now));
      const last = log.at(-1);
      const reset = last === undefined || first === log.length ? 0 : last.at + window - latest;
      return { limit, used: whole, remaining: Math.max(0, limit - whole), reset };
    },
    charge: add,
    settle(now, charge: Entry, amount) {
      const more = amount - charge.amount;
      used(now);
      if (more > 0) add(now, more);
      else if (!gone(charge)) {
        charge.amount = amount;
        count += more;
      }
    },
    resize(_, size) {
      limit = size;
    },
  };
}
