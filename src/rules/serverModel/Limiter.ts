/**
 * How the server shows fractional levels. In 2026 it computes everything it shows from whole units, and truncates
 * resets to milliseconds; in 2024 waits and resets included the fraction.
 */
export type Rounding = '2026' | '2024';

/** One charge, kept until it is settled. */
export interface Charge {
  /** When it was charged, in milliseconds. */
  readonly at: number;
  readonly amount: number;
}

/** A limit as the server shows it. */
export interface ShownLevel {
  readonly limit: number;
  /** In whole units, rounded up. Above the limit if more was used than admitted. */
  readonly used: number;
  /** In whole units, rounded down, and at least 0. */
  readonly remaining: number;
  /** Milliseconds until the usage is zero. */
  readonly reset: number;
}

/**
 * One limit of one model, as the server enforces it. All times are milliseconds of one clock, and may be fractional. An
 * earlier time than the latest one counts as the latest one.
 */
export interface Limiter {
  /** The exact usage. */
  used(now: number): number;
  /** Whether an amount may be used now. */
  fits(now: number, amount: number): boolean;
  /** The wait that the server reports for an amount that does not fit, in milliseconds. */
  wait(now: number, amount: number): number;
  show(now: number): ShownLevel;
  charge(now: number, amount: number): Charge;
  /** Replaces a charge by the amount that was used. */
  settle(now: number, charge: Charge, amount: number): void;
  /** Changes the limit. The usage is kept. */
  resize(now: number, limit: number): void;
}

/**
 * How much too early a request still fits, in milliseconds. It absorbs the rounding errors of sums of doubles; at
 * 250,000 tokens per minute it is worth 0.004 tokens.
 */
export const ON_TIME = 1e-3;

/** The rounding error that is ignored: 79.0000001 used units are 79, not 80. */
const NOISE = 1e-6;

/** Used units as the server shows them: in whole units, rounded up. */
export function wholeUnits(used: number): number {
  return Math.max(0, Math.ceil(used - NOISE));
}
