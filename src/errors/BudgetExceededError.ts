import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/** What a budget is counted in: US dollars, or tokens of prompts and completions. */
export type BudgetUnit = 'usd' | 'tokens';

/** The figures of a {@link BudgetExceededError}, in the unit of the budget. */
export interface BudgetState {
  readonly unit: BudgetUnit;
  /** Whose budget it is. Absent when it is that of the whole client. */
  readonly tenant?: string | undefined;
  readonly limit: number;
  readonly used: number;
  readonly reserved: number;
  readonly requested: number;
}

/** A request could take a budget beyond its limit. It was not sent. */
export class BudgetExceededError extends GroqError {
  override readonly name = 'BudgetExceededError';
  readonly code = 'GROQ_ERR_BUDGET_EXCEEDED';
  /** What the budget and all figures here are counted in: US dollars or tokens. */
  readonly unit: BudgetUnit;
  /** Whose budget it is. Absent when it is that of the whole client. */
  declare readonly tenant?: string;
  /** What may be used in all. */
  readonly limit: number;
  /** What was used. Requests of which nothing is known count with their worst case. */
  readonly used: number;
  /** What requests that are in flight can take in the worst case. */
  readonly reserved: number;
  /** What this request can take in the worst case. */
  readonly requested: number;

  constructor(
    { unit, tenant, limit, used, reserved, requested }: BudgetState,
    options: Omit<GroqErrorOptions, 'advice'> = {},
  ) {
    const whose = tenant === undefined ? 'The budget' : `The budget of tenant ${JSON.stringify(tenant)}`;
    const [of, spent, held, wanted] = [limit, used, reserved, requested].map((amount) => amountText(amount, unit));
    super(
      `${whose} is ${of}, of which ${spent} is used and ${held} is reserved by requests in flight, and this request can take ${wanted}.`,
      {
        ...options,
        advice:
          used + requested <= limit
            ? 'Ask again when those in flight have ended, or set a lower max_completion_tokens so that less is reserved.'
            : 'Raise `budget`, or set a lower max_completion_tokens so that less is reserved.',
      },
    );
    this.unit = unit;
    if (tenant !== undefined) this.tenant = tenant;
    this.limit = limit;
    this.used = used;
    this.reserved = reserved;
    this.requested = requested;
  }
}

const amountText = (amount: number, unit: BudgetUnit): string =>
  unit === 'tokens'
    ? `${amount.toLocaleString('en')} tokens`
    : amount.toLocaleString('en', { style: 'currency', currency: 'USD', maximumFractionDigits: 6 });
