/**
 * What the server makes of a level that is not whole. In 2026 it computes everything it shows from whole units and cuts
 * resets to milliseconds; in 2024 the fraction that had already flowed back was shown.
 */
export type Rounding = '2026' | '2024';

/** One charge, as its limiter remembers it until it is settled. */
export interface Charge {
  /** When it was charged, in milliseconds. */
  readonly at: number;
  readonly amount: number;
}

/** A limit as the server shows it. */
export interface ShownLevel {
  readonly limit: number;
  /** In whole units, rounded up. Above the limit when more was used than was admitted. */
  readonly used: number;
  /** In whole units, rounded down, and never below zero. */
  readonly remaining: number;
  /** Milliseconds until nothing is used any more. */
  readonly reset: number;
}

/**
 * One limit of one model, seen from the server. All times are in milliseconds of one clock, may be fractional, and do
 * not run backwards: an earlier time counts as the latest that was seen.
 */
export interface Limiter {
  /** What is used, exactly. */
  used(now: number): number;
  /** Whether this much more may be used now. */
  fits(now: number, amount: number): boolean;
  /** How many milliseconds the server says to wait for an amount that does not fit. */
  wait(now: number, amount: number): number;
  show(now: number): ShownLevel;
  charge(now: number, amount: number): Charge;
  /** Replaces what was charged by what it turned out to be. */
  settle(now: number, charge: Charge, amount: number): void;
  /** Changes the limit. What is used stays used. */
  resize(now: number, limit: number): void;
}

/**
 * How much earlier than exactly on time something still fits, in milliseconds. It absorbs the rounding of sums of
 * doubles; at 250,000 tokens a minute it is worth four thousandths of a token.
 */
export const ON_TIME = 1e-3;

/** What makes 79.0000001 used units 79 and not 80. */
const NOISE = 1e-6;

/** Used units as the server shows them: whole, rounded up. */
export function wholeUnits(used: number): number {
  return Math.max(0, Math.ceil(used - NOISE));
}
