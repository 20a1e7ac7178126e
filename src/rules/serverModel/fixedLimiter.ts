import { type Limiter, ON_TIME, wholeUnits } from './Limiter.ts';

/**
 * A limit that counts from zero again at every multiple of its window. Groq has none; clients have to survive one.
 *
 * What is given back after its window has ended is lost, and what turns out to be more counts in the window in which
 * that becomes known.
 *
 * @param initial How much may be used in one window.
 * @param window In milliseconds.
 */
export function fixedLimiter(initial: number, window: number): Limiter {
  let limit = initial;
  let latest = Number.NEGATIVE_INFINITY;
  let start = Number.NEGATIVE_INFINITY;
  let count = 0;

  const used = (now: number): number => {
    latest = Math.max(latest, now);
    const current = Math.floor((latest + ON_TIME) / window) * window;
    if (current > start) {
      start = current;
      count = 0;
    }
    return count;
  };
  const left = (): number => start + window - latest;

  return {
    used,
    fits: (now, amount) => used(now) + amount <= limit,
    wait: (now, amount) => (used(now) + amount <= limit ? 0 : left()),
    show(now) {
      const whole = wholeUnits(used(now));
      return { limit, used: whole, remaining: Math.max(0, limit - whole), reset: left() };
    },
    charge(now, amount) {
      count = used(now) + amount;
      return { at: latest, amount };
    },
    settle(now, charge, amount) {
      const more = amount - charge.amount;
      const before = used(now);
      if (more > 0 || charge.at + ON_TIME >= start) count = before + more;
    },
    resize(_, size) {
      limit = size;
    },
  };
}
