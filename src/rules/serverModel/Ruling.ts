import type { Cost } from '../../model/Cost.ts';
import type { Dimension } from '../../model/Dimension.ts';
import type { Claim } from './chargeModels.ts';
import type { Charge, ShownLevel } from './Limiter.ts';

/** The limits in the headers of an answer: requests per day and tokens per minute. */
export interface ShownLimits {
  readonly requests?: ShownLevel;
  readonly tokens?: ShownLevel;
}

/** An admitted request, until it is settled. */
export interface AdmittedRequest {
  readonly claim: Claim;
  /** Its charge at admission. */
  readonly cost: Cost;
  readonly charges: readonly (readonly [Dimension, Charge])[];
}

/** Why a request was refused. */
export interface Refusal {
  readonly type: 'refused';
  /** 413 if the request can never fit, except that Groq answers 429 if its output tokens cannot. */
  readonly status: 429 | 413;
  readonly dimension: Dimension;
  readonly limit: number;
  readonly requested: number;
  /** Absent if the request can never fit. */
  readonly used?: number;
  /** Milliseconds, as the server reports them. Absent if the request can never fit. */
  readonly wait?: number;
  readonly shown: ShownLimits;
}

/** The server's decision on a request. */
export type Ruling =
  | { readonly type: 'admitted'; readonly admission: AdmittedRequest; readonly shown: ShownLimits }
  | Refusal;

/** The state of one limit. */
export interface ServerLevel {
  readonly dimension: Dimension;
  readonly limit: number;
  /** Milliseconds. */
  readonly window: number;
  /** The exact level. Negative if more was used than admitted. */
  readonly level: number;
  /** The total of all charges at admission. */
  readonly charged: number;
  /** The total of the final charges of all settled requests. */
  readonly settled: number;
}
