import type { UsageFigure, UsageRecord, UsageSum, UsageTotal, UsageTotals } from '../../model/UsageRecord.ts';
import { NO_TOKENS } from './tokensUsed.ts';

/** How many names have a total of their own. */
const MAX_NAMES = 1_000;

/** Under which name the rest is added up. */
const OTHERS = '(others)';

const NOTHING: UsageSum = { ...NO_TOKENS, requests: 0, unpriced: 0 };
const EMPTY: UsageTotal = { reported: NOTHING, estimated: NOTHING, unknown: { requests: 0 } };

/**
 * Adds up records by name: by model, by tenant or by tag. It keeps sums and no records, and never more than 1,002 of
 * them: the first 1,000 names have their own, what has none has one, and what comes after those is added up as
 * `(others)`, so that names which are made up for every request do not pile up and no sum ever falls.
 */
export class UsageTally {
  readonly #totals = new Map<string | undefined, UsageTotal>();
  /** What was given out last, until something is added. */
  #shown: UsageTotals | undefined;

  /** A snapshot of all totals. Later additions do not change it. */
  get totals(): UsageTotals {
    return (this.#shown ??= new Map(this.#totals));
  }

  add(name: string | undefined, record: UsageRecord): void {
    // What has no name takes the place of none.
    const names = this.#totals.size - (this.#totals.has(undefined) ? 1 : 0);
    const own = name === undefined || this.#totals.has(name) || names < MAX_NAMES;
    const key = own ? name : OTHERS;
    this.#totals.set(key, plus(this.#totals.get(key) ?? EMPTY, record));
    this.#shown = undefined;
  }
}

function plus(total: UsageTotal, record: UsageRecord): UsageTotal {
  switch (record.type) {
    case 'reported':
      return { ...total, reported: sum(total.reported, record) };
    case 'estimated':
      return { ...total, estimated: sum(total.estimated, record) };
    case 'unknown':
      return { ...total, unknown: { requests: total.unknown.requests + 1 } };
  }
}

function sum(before: UsageSum, { tokens, cost }: Extract<UsageFigure, { tokens: unknown }>): UsageSum {
  const known = cost === undefined ? before.cost : (before.cost ?? 0) + cost;
  return {
    promptTokens: before.promptTokens + tokens.promptTokens,
    cachedTokens: before.cachedTokens + tokens.cachedTokens,
    completionTokens: before.completionTokens + tokens.completionTokens,
    reasoningTokens: before.reasoningTokens + tokens.reasoningTokens,
    totalTokens: before.totalTokens + tokens.totalTokens,
    requests: before.requests + 1,
    unpriced: before.unpriced + (cost === undefined ? 1 : 0),
    ...(known !== undefined && { cost: known }),
  };
}
