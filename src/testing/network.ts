import type { Random } from '../ports/clock.ts';
import { seeded } from '../rules/seeded.ts';

/** How long messages travel, in milliseconds, each time anew. */
export interface Network {
  /** To the server. */
  readonly up: Random;
  /** Back to the client. */
  readonly down: Random;
}

/** What a {@link network} is like. */
export interface NetworkConfig {
  /** Of two networks with the same seed the same messages travel equally long. @default 1 */
  readonly seed?: number | undefined;
  /** How long a message travels at the least, in milliseconds. @default 20 */
  readonly latency?: number | undefined;
  /** How much longer it may take, in milliseconds: most take little of that, some nearly all. @default 0 */
  readonly jitter?: number | undefined;
}

/**
 * Makes a network in which each message travels for as long as it happens to, so that with enough jitter those that
 * left later arrive earlier.
 *
 * ```ts
 * import { network } from 'rxgroq/testing';
 *
 * const { up } = network({ seed: 7, latency: 40, jitter: 200 });
 * up(); // => a number from 40 up to 240
 * ```
 */
export function network({ seed = 1, latency = 20, jitter = 0 }: NetworkConfig = {}): Network {
  const random = seeded(seed);
  const travel = (): number => latency + jitter * random() ** 3;
  return { up: travel, down: travel };
}
