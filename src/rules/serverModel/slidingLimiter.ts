import { type Limiter, ON_TIME, wholeUnits } from './Limiter.ts';

/** A charge in the log. A settlement may lower its amount. */
interface Entry {
  readonly at: number;
  amount: number;
}

/** The minimum number of entries outside the window before the log is shortened. */
const MIN_CUT = 1_024;

/**
 * A sliding-window limit, kept as a log of the usage. Groq has none, but clients must cope with one.
 *
 * A refund lowers the entry of its charge, and additional usage is a new entry.
 *
 * @param initial The usage that is allowed in any window.
 * @param window In milliseconds.
 */
export function slidingLimiter(initial: number, window: number): Limiter {
  let limit = initial;
  let latest = Number.NEGATIVE_INFINITY;
  let log: Entry[] = [];
  /** The index of the first entry that still counts. */
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
