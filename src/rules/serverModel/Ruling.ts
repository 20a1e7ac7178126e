import type { Cost } from '../../model/Cost.ts';
import type { Dimension } from '../../model/Dimension.ts';
import type { Claim } from './chargeModels.ts';
import type { Charge, ShownLevel } from './Limiter.ts';

/** The limits that the headers of an answer show: requests per day and tokens per minute. */
export interface ShownLimits {
  readonly requests?: ShownLevel;
  readonly tokens?: ShownLevel;
}

/** A request that was let in, until it is settled. */
export interface AdmittedRequest {
  readonly claim: Claim;
  /** What was charged for it. */
  readonly cost: Cost;
  readonly charges: readonly (readonly [Dimension, Charge])[];
}

/** Why a request was not let in. */
export interface Refusal {
  readonly type: 'refused';
  /** 413 when it could never fit, except that Groq answers 429 when its output tokens could not. */
  readonly status: 429 | 413;
  readonly dimension: Dimension;
  readonly limit: number;
  readonly requested: number;
  /** Absent when it could never fit. */
  readonly used?: number;
  /** Milliseconds, as the server tells them. Absent when it could never fit. */
  readonly wait?: number;
  readonly shown: ShownLimits;
}

/** What the server says to a request. */
export type Ruling =
  | { readonly type: 'admitted'; readonly admission: AdmittedRequest; readonly shown: ShownLimits }
  | Refusal;

/** The state of one limit. */
export interface ServerLevel {
  readonly dimension: Dimension;
  readonly limit: number;
  /** Milliseconds. */
  readonly window: number;
  /** What is left, exactly. Below zero when more was used than was admitted. */
  readonly level: number;
  /** What was charged at admission, ever. */
  readonly charged: number;
  /** What the requests that have ended were charged in the end, ever. */
  readonly settled: number;
}
