import { type Limiter, ON_TIME, wholeUnits } from './Limiter.ts';

/**
 * A fixed-window limit: the usage restarts from zero at every multiple of the window. Groq has none, but clients must
 * cope with one.
 *
 * A refund after the end of its window is lost, and additional usage counts in the window in which it becomes known.
 *
 * @param initial The usage that is allowed in one window.
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
