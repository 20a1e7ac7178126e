import type { Limits } from '../../src/model/Limits.ts';
import { PRIORITIES, type Priority } from '../../src/model/Priority.ts';
import { seeded } from '../../src/rules/seeded.ts';

/** The requests of a run, and its circumstances. All times are milliseconds. */
export interface Load {
  readonly limits: Limits;
  readonly jobs: readonly LoadJob[];
  readonly latency: number;
  readonly jitter: number;
}

/** One request. The client knows its prompt and its maximum, the server the rest. */
export interface LoadJob {
  readonly arrival: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Undefined when the length of the completion is left open. */
  readonly maxCompletionTokens: number | undefined;
  readonly duration: number;
  readonly priority: Priority;
  readonly tenant: string | undefined;
  readonly streamed: boolean;
}

/** The parts of a load that are not random. */
export interface LoadConfig {
  /** How long the limits keep the load busy, in minutes. By default a third of all runs are short ones. */
  readonly minutes?: number | undefined;
  /** Whether there are daily token limits, which have no header. @default true */
  readonly daily?: boolean | undefined;
  /** Whether requests say how long their completion may be. @default true */
  readonly bounded?: boolean | undefined;
  /** The largest part of a full token bucket that one request takes. By default some take more than a quarter. */
  readonly largest?: number | undefined;
  /** The most by which the latency of a message varies, in milliseconds. @default 200 */
  readonly jitter?: number | undefined;
}

/** More would only take longer. */
const MOST_JOBS = 4_000;

/** Makes a load of a seed: limits of all sizes, requests of all lengths in bursts and waves, and a network. */
export function randomLoad(seed: number, config: LoadConfig = {}): Load {
  const random = seeded(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const minutes = config.minutes ?? (random() < 1 / 3 ? 1 + below(8) : 12);
  // Small limits are more frequent: large ones mean many similar requests.
  const rpm = 20 + Math.floor(300 * random() ** 2);
  const tpm = 4_000 + Math.floor(200_000 * random() ** 2);
  const daily = config.daily ?? true;
  const limits: Limits = daily
    ? { rpm, rpd: 5_000 + below(100_000), tpm, tpd: 100_000 + below(5_000_000) }
    : { rpm, rpd: rpm * 720, tpm };

  const { largest = 7 / 24 } = config;
  const longestPrompt = Math.floor(Math.min((tpm * largest * 3) / 7, 3_000));
  const longestCompletion = 1 + below(Math.min((tpm * largest * 4) / 7, 2_000));
  // Either all completions have the same maximum, or each has its own.
  const varies = random() < 0.3;
  const streams = pick(random, [0, 0.5, 1]);
  const tenants = pick(random, [0, 0, 3]);
  const burst = pick(random, [0.5, 0.5, 1, 0]);
  const mean = longestPrompt / 2 + longestCompletion * (varies ? 0.2 : 0.4);
  const fit = Math.min(rpm * (minutes + 1), (tpm * (minutes + 1)) / mean, ((limits.tpd ?? Infinity) * 0.9) / mean);
  const count = 1 + Math.floor(Math.min(fit, MOST_JOBS));

  const job = (): LoadJob => {
    const max = varies ? 1 + below(longestCompletion) : longestCompletion;
    const completionTokens = 1 + Math.floor(max * random() ** 1.5);
    return {
      arrival: random() < burst ? 0 : below(minutes * 60_000 * 0.4),
      promptTokens: 1 + below(longestPrompt),
      completionTokens,
      maxCompletionTokens: (config.bounded ?? true) ? max : undefined,
      duration: 30 + completionTokens * 2 + 300 * random(),
      priority: pick(random, PRIORITIES),
      tenant: tenants === 0 ? undefined : `tenant ${below(tenants)}`,
      streamed: random() < streams,
    };
  };
  const jobs = Array.from({ length: count }, job);
  return { limits, jobs, latency: 5 + below(40), jitter: below(config.jitter ?? 200) };
}

const pick = <T>(random: () => number, list: readonly T[]): T => {
  const chosen = list[Math.floor(random() * list.length)];
  if (chosen === undefined) throw new Error('There is nothing to choose from.');
  return chosen;
};
