import { type Charge, type Limiter, ON_TIME, type Rounding, wholeUnits } from './Limiter.ts';

/**
 * A bucket that refills continuously, kept as the one moment at which it will be full again: whatever is used moves
 * that moment on by the time that its refill takes.
 *
 * A bucket from which more was used than it held is simply full later than a whole window from now.
 *
 * @param initial What it holds when full.
 * @param window In how many milliseconds it refills from empty.
 */
export function bucketLimiter(initial: number, window: number, rounding: Rounding): Limiter {
  let limit = initial;
  let latest = Number.NEGATIVE_INFINITY;
  let fullAt = Number.NEGATIVE_INFINITY;

  /** How much of a window of refill is owed. */
  const owed = (now: number): number => {
    latest = Math.max(latest, now);
    return Math.max(0, fullAt - latest);
  };
  const add = (now: number, amount: number): void => {
    const time = owed(now) + (amount * window) / limit;
    fullAt = latest + time;
  };
  const used = (now: number): number => (owed(now) * limit) / window;

  return {
    used,
    fits: (now, amount) => owed(now) + (amount * window) / limit <= window + ON_TIME,
    wait(now, amount) {
      const level = rounding === '2026' ? wholeUnits(used(now)) : used(now);
      return Math.max(0, ((level + amount - limit) * window) / limit);
    },
    show(now) {
      const whole = wholeUnits(used(now));
      return {
        limit,
        used: whole,
        remaining: Math.max(0, limit - whole),
        reset: rounding === '2026' ? Math.floor((whole * window) / limit) : owed(now),
      };
    },
    charge(now, amount) {
      add(now, amount);
      return { at: latest, amount };
    },
    settle(now, charge: Charge, amount) {
      add(now, amount - charge.amount);
    },
    resize(now, size) {
      const time = (owed(now) * limit) / size;
      fullAt = latest + time;
      limit = size;
    },
  };
}
