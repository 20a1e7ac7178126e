import type { Random } from '../ports/clock.ts';
import { seeded } from '../rules/seeded.ts';

/** The latency of each message, in milliseconds. */
export interface Network {
  /** To the server. */
  readonly up: Random;
  /** Back to the client. */
  readonly down: Random;
}

/** Options of {@link network}. */
export interface NetworkConfig {
  /** The seed: two networks with the same seed have the same latencies. @default 1 */
  readonly seed?: number | undefined;
  /** The minimum latency of a message, in milliseconds. @default 20 */
  readonly latency?: number | undefined;
  /** The maximum additional latency, in milliseconds: most messages take little of it, some nearly all. @default 0 */
  readonly jitter?: number | undefined;
}

/**
 * Creates a network with random latencies, so that with enough jitter a later message may arrive earlier.
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
