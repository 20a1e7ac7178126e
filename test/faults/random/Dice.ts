import { seeded } from '../../util/random.ts';

/** Random values derived from a seed. */
export interface Dice {
  /** A number from 0 to 1, exclusive. */
  next(): number;
  /** A whole number from 0 to a limit, exclusive. */
  below(limit: number): number;
  pick<T>(choices: readonly T[]): T;
  /** True with this probability. */
  chance(probability: number): boolean;
}

/** @param seeds Each of them changes all values. */
export function dice(...seeds: readonly number[]): Dice {
  const next = seeded(seeds.reduce((mixed, seed) => Math.imul(mixed ^ seed, 0x9e3779b1) ^ (mixed >>> 15), 0x51ed27));
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    pick: <T>(choices: readonly T[]): T => choices[Math.floor(next() * choices.length)] as T,
    chance: (probability) => next() < probability,
  };
}
