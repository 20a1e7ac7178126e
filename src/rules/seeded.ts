/**
 * Creates a random number generator that returns the same numbers for the same seed (mulberry32).
 *
 * ```ts
 * import { seeded } from 'rxgroq/testing';
 *
 * seeded(1)() === seeded(1)(); // => true
 * ```
 *
 * @see https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
