import { seeded } from '../../util/random.ts';

/** Chance that follows from a seed, in the forms in which it is needed. */
export interface Dice {
  /** From 0 up to 1. */
  next(): number;
  /** A whole number from 0 up to a limit. */
  below(limit: number): number;
  pick<T>(choices: readonly T[]): T;
  /** Whether something happens that does with such a probability. */
  chance(probability: number): boolean;
}

/** @param seeds Of which each changes everything. */
export function dice(...seeds: readonly number[]): Dice {
  const next = seeded(seeds.reduce((mixed, seed) => Math.imul(mixed ^ seed, 0x9e3779b1) ^ (mixed >>> 15), 0x51ed27));
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    pick: <T>(choices: readonly T[]): T => choices[Math.floor(next() * choices.length)] as T,
    chance: (probability) => next() < probability,
  };
}
