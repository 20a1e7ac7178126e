import { type Charge, type Limiter, ON_TIME, type Rounding, wholeUnits } from './Limiter.ts';

/**
 * A bucket that refills continuously, stored as in GCRA: as the time at which it will be full again. Each use delays
 * that time by the time that its refill takes.
 *
 * If more was used than the bucket held, it is full later than one window from now.
 *
 * @param initial The size of the bucket.
 * @param window The time in which it refills completely, in milliseconds.
 */
export function bucketLimiter(initial: number, window: number, rounding: Rounding): Limiter {
  let limit = initial;
  let latest = Number.NEGATIVE_INFINITY;
  let fullAt = Number.NEGATIVE_INFINITY;

  /** The time until the bucket is full, in milliseconds. */
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
