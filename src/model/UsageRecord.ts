import type { ModelId } from './Models.ts';

/** Tokens that were used. */
export interface TokensUsed {
  /** All tokens of the prompt, those from the cache included. */
  readonly promptTokens: number;
  /** Those of the prompt that came from Groq's cache. They cost less, and do not count towards the limits. */
  readonly cachedTokens: number;
  /** All tokens that the model wrote, reasoning included. */
  readonly completionTokens: number;
  /** Those of the completion that the model thought. */
  readonly reasoningTokens: number;
  /** Prompt and completion together. */
  readonly totalTokens: number;
}

/** Which attempt a record is about. */
export interface UsageOrigin {
  /** The number of the request, the same as in the events. */
  readonly seq: number;
  /** 1 for the first attempt. A retry is charged anew, so each attempt that was sent has a record of its own. */
  readonly attempt: number;
  readonly model: ModelId;
  readonly tenant?: string | undefined;
  readonly tag?: string | undefined;
  /** When it was recorded, in the milliseconds of the scheduler's clock. */
  readonly at: number;
}

/** How much was used, and how that is known. */
export type UsageFigure =
  /** Groq said so: the tokens are its own figures. */
  | {
      readonly type: 'reported';
      readonly tokens: TokensUsed;
      /** US dollars. Absent where the price of the model is not known. */
      readonly cost?: number | undefined;
      /** Whether it was refused, for which Groq charges nothing: all tokens are 0. */
      readonly refused: boolean;
    }
  /**
   * The answer was cancelled or cut before Groq could say: the prompt as it was reserved, and those tokens of the
   * completion that had come until then, counted. What the model wrote and nobody received is not in it, and none of
   * the prompt is taken to come from the cache.
   */
  | {
      readonly type: 'estimated';
      readonly tokens: TokensUsed;
      /** US dollars. Absent where the price of the model is not known. */
      readonly cost?: number | undefined;
    }
  /** It was sent and nothing came back from which anything could be told. It may have been charged. */
  | { readonly type: 'unknown' };

/** What one attempt that was sent has used. There is exactly one for each, and none for what never left. */
export type UsageRecord = UsageOrigin & UsageFigure;

/** By what usage can be added up. */
export type UsageKey = 'model' | 'tenant' | 'tag';

/** The sum of records of one type. */
export interface UsageSum extends TokensUsed {
  readonly requests: number;
  /** US dollars, of those whose price is known. Absent where it is known of none. */
  readonly cost?: number | undefined;
  /** How many are not in `cost`, since the price of their model is not known. */
  readonly unpriced: number;
}

/** What was used in all. What is known, what is estimated and what is not known stay apart. */
export interface UsageTotal {
  readonly reported: UsageSum;
  readonly estimated: UsageSum;
  /** How many requests there were of which nothing is known. */
  readonly unknown: { readonly requests: number };
}

/** The totals by model, tenant or tag. Those without a tenant or a tag stand under `undefined`. */
export type UsageTotals = ReadonlyMap<string | undefined, UsageTotal>;
