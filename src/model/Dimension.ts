import type { Cost } from './Cost.ts';

/**
 * A quantity that Groq limits, abbreviated as in its documentation: requests, tokens, input tokens, output tokens or
 * seconds of audio, per minute, hour or day.
 */
export type Dimension = 'rpm' | 'rpd' | 'tpm' | 'tpd' | 'itpm' | 'otpm' | 'ash' | 'asd';

/** How one dimension is counted. */
export interface DimensionInfo {
  /** The time in which an empty bucket refills completely, in milliseconds. */
  readonly window: number;
  /** The part of a request's cost that it counts. */
  readonly unit: keyof Cost;
  /** A description for messages. */
  readonly label: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Every dimension, in the order in which Groq documents them. */
export const DIMENSIONS: Readonly<Record<Dimension, DimensionInfo>> = {
  rpm: { window: MINUTE, unit: 'requests', label: 'requests per minute' },
  rpd: { window: DAY, unit: 'requests', label: 'requests per day' },
  tpm: { window: MINUTE, unit: 'tokens', label: 'tokens per minute' },
  tpd: { window: DAY, unit: 'tokens', label: 'tokens per day' },
  itpm: { window: MINUTE, unit: 'inputTokens', label: 'input tokens per minute' },
  otpm: { window: MINUTE, unit: 'outputTokens', label: 'output tokens per minute' },
  ash: { window: HOUR, unit: 'audioSeconds', label: 'seconds of audio per hour' },
  asd: { window: DAY, unit: 'audioSeconds', label: 'seconds of audio per day' },
};

/** The names of the dimensions, in the order of {@link DIMENSIONS}. */
export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as readonly Dimension[];
