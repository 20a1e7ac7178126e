import type { ModelId } from './Models.ts';

/** The tokens that were used. */
export interface TokensUsed {
  /** All tokens of the prompt, including cached ones. */
  readonly promptTokens: number;
  /** The prompt tokens that came from Groq's cache. They cost less, and do not count towards the limits. */
  readonly cachedTokens: number;
  /** All tokens of the completion, including reasoning. */
  readonly completionTokens: number;
  /** The reasoning tokens of the completion. */
  readonly reasoningTokens: number;
  /** Prompt and completion together. */
  readonly totalTokens: number;
}

/** The attempt that a record is about. */
export interface UsageOrigin {
  /** The number of the request, as in the events. */
  readonly seq: number;
  /** 1 for the first attempt. Retries are charged too, so each attempt that was sent has its own record. */
  readonly attempt: number;
  readonly model: ModelId;
  readonly tenant?: string | undefined;
  readonly tag?: string | undefined;
  /** The time of the record, in milliseconds of the scheduler's clock. */
  readonly at: number;
}

/** How much was used, and how reliable the figures are. */
export type UsageFigure =
  /** Reported by Groq. */
  | {
      readonly type: 'reported';
      readonly tokens: TokensUsed;
      /** US dollars. Absent if the price of the model is not known. */
      readonly cost?: number | undefined;
      /** Whether the request was refused. Groq does not charge for that: all tokens are 0. */
      readonly refused: boolean;
    }
  /**
   * The answer was cancelled or cut off before Groq reported its usage. The figures are the prompt tokens that were
   * reserved, and the counted tokens of the part of the completion that had arrived. Output that was not received is
   * not included, and no prompt tokens are assumed to be cached.
   */
  | {
      readonly type: 'estimated';
      readonly tokens: TokensUsed;
      /** US dollars. Absent if the price of the model is not known. */
      readonly cost?: number | undefined;
    }
  /** The attempt was sent, but nothing is known about its usage. It may have been charged. */
  | { readonly type: 'unknown' };

/**
 * The usage of one attempt that was sent. There is exactly one record for each, and none for attempts that were not
 * sent.
 */
export type UsageRecord = UsageOrigin & UsageFigure;

/** How usage can be grouped. */
export type UsageKey = 'model' | 'tenant' | 'tag';

/** The total of records of one type. */
export interface UsageSum extends TokensUsed {
  readonly requests: number;
  /** US dollars, for the records whose price is known. Absent if no price is known. */
  readonly cost?: number | undefined;
  /** The number of requests that are not in `cost`, since the price of their model is not known. */
  readonly unpriced: number;
}

/** The total usage. Reported, estimated and unknown usage are kept apart. */
export interface UsageTotal {
  readonly reported: UsageSum;
  readonly estimated: UsageSum;
  /** The number of requests with unknown usage. */
  readonly unknown: { readonly requests: number };
}

/** The totals by model, tenant or tag. Requests without a tenant or tag are under `undefined`. */
export type UsageTotals = ReadonlyMap<string | undefined, UsageTotal>;
