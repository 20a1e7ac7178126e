import type { Dimension } from './Dimension.ts';

/** One bucket as the `x-ratelimit-*` headers show it. */
export interface HeaderLevel {
  /** The bucket when full. */
  readonly limit?: number;
  /** What it held after the request was charged, rounded down. */
  readonly remaining?: number;
  /** Milliseconds until it is full. */
  readonly reset?: number;
}

/**
 * What the headers of an answer say of the limits. Groq shows two buckets only: requests per day and tokens per
 * minute. All others have to be mirrored without its help.
 */
export interface LimitHeaders {
  readonly rpd?: HeaderLevel;
  readonly tpm?: HeaderLevel;
}

/** A limit that answers show. */
export type ShownDimension = keyof LimitHeaders;

export const isShown = (dimension: Dimension | undefined): dimension is ShownDimension =>
  dimension === 'rpd' || dimension === 'tpm';
