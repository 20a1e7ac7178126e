import type { Dimension } from './Dimension.ts';

/** The state of one bucket in the `x-ratelimit-*` headers. */
export interface HeaderLevel {
  /** The size of the bucket. */
  readonly limit?: number;
  /** Its level after the request was charged, rounded down. */
  readonly remaining?: number;
  /** Milliseconds until it is full. */
  readonly reset?: number;
}

/**
 * The limits in the headers of an answer. Groq reports only two buckets: requests per day and tokens per minute. The
 * others must be mirrored without its help.
 */
export interface LimitHeaders {
  readonly rpd?: HeaderLevel;
  readonly tpm?: HeaderLevel;
}

/** A limit that answers report. */
export type ShownDimension = keyof LimitHeaders;

export const isShown = (dimension: Dimension | undefined): dimension is ShownDimension =>
  dimension === 'rpd' || dimension === 'tpm';
