import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/** The unit of a budget: US dollars, or tokens of prompts and completions. */
export type BudgetUnit = 'usd' | 'tokens';

/** The figures of a {@link BudgetExceededError}, in the unit of the budget. */
export interface BudgetState {
  readonly unit: BudgetUnit;
  /** The tenant of the budget. Absent if it is the budget of the whole client. */
  readonly tenant?: string | undefined;
  readonly limit: number;
  readonly used: number;
  readonly reserved: number;
  readonly requested: number;
}

/** A request could exceed a budget. It was not sent. */
export class BudgetExceededError extends GroqError {
  override readonly name = 'BudgetExceededError';
  readonly code = 'GROQ_ERR_BUDGET_EXCEEDED';
  /** The unit of the budget and of all figures here: US dollars or tokens. */
  readonly unit: BudgetUnit;
  /** The tenant of the budget. Absent if it is the budget of the whole client. */
  declare readonly tenant?: string;
  /** The budget. */
  readonly limit: number;
  /** What was used so far. Requests with unknown usage count with their worst case. */
  readonly used: number;
  /** What the requests in flight can use in the worst case. */
  readonly reserved: number;
  /** What this request can use in the worst case. */
  readonly requested: number;

  constructor(
    { unit, tenant, limit, used, reserved, requested }: BudgetState,
    options: Omit<GroqErrorOptions, 'advice'> = {},
  ) {
    const whose = tenant === undefined ? 'The budget' : `The budget of tenant ${JSON.stringify(tenant)}`;
    const [of, spent, held, wanted] = [limit, used, reserved, requested].map((amount) => amountText(amount, unit));
    super(
      `${whose} is ${of}, of which ${spent} is used and ${held} is reserved by requests in flight, and this request can use up to ${wanted}.`,
      {
        ...options,
        advice:
          used + requested <= limit
            ? 'Try again when the requests in flight have ended, or set a lower max_completion_tokens.'
            : 'Raise `budget`, or set a lower max_completion_tokens.',
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
