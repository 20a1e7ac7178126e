import { BudgetExceededError, type BudgetUnit } from '../errors/BudgetExceededError.ts';
import { ValidationError } from '../errors/ValidationError.ts';
import type { ModelId } from '../model/Models.ts';
import type { UsageFigure } from '../model/UsageRecord.ts';
import { Account } from '../rules/usage/Account.ts';

/** The most that may be used, in dollars, tokens or both. */
export interface Budget {
  /** US dollars. Models without a price in the catalogue then need one in {@link GroqOptions.prices}. */
  readonly usd?: number | undefined;
  /** Tokens of prompts and completions together. */
  readonly tokens?: number | undefined;
}

/** The most that a client and its tenants may use, from when the client is made. */
export interface BudgetOptions extends Budget {
  /** The budget of each tenant that is not in `tenants`. */
  readonly perTenant?: Budget | undefined;
  /** Budgets of individual tenants, by name. */
  readonly tenants?: Readonly<Record<string, Budget>> | undefined;
}

/** The most that a request can take. */
export interface WorstCase {
  readonly model: ModelId;
  readonly tenant: string | undefined;
  readonly tokens: number;
  /** US dollars, where the price of the model is known. */
  readonly cost: number | undefined;
}

/** An account, its unit and its tenant. */
interface Purse {
  readonly unit: BudgetUnit;
  readonly tenant: string | undefined;
  readonly account: Account;
}

/** What was reserved for one attempt. */
export interface Hold {
  /**
   * Spends what the attempt has used, or its worst case if that is not known, and releases the rest. Only the first
   * call counts.
   */
  settle(figure: UsageFigure): void;
  /** Releases all of it: the attempt was not sent. Only the first call counts. */
  release(): void;
}

/** How many tenants get their own account from `perTenant`. All others share one. */
const MAX_TENANTS = 100_000;

/** Money is counted in billionths of a dollar: no price is a smaller part of one for a single token. */
const NANO = 1e9;

/**
 * Keeps usage within the budgets. Before an attempt is sent, its worst case is reserved in every account that it draws
 * on, or in none; when it ends, the reservation is settled once.
 *
 * An account is never dropped, since that would restart its budget.
 */
export class Budgets {
  /** Whether there are any. */
  readonly any: boolean;
  readonly #all: readonly Purse[];
  readonly #named: Readonly<Record<string, Budget>>;
  readonly #perTenant: Budget | undefined;
  readonly #tenants = new Map<string, readonly Purse[]>();
  readonly #rest: readonly Purse[];

  constructor(options: BudgetOptions = {}) {
    this.any = Object.keys(options).length > 0;
    this.#all = pursesOf(options, undefined);
    this.#named = options.tenants ?? {};
    this.#perTenant = options.perTenant;
    this.#rest = pursesOf(this.#perTenant, '(others)');
  }

  /**
   * Refuses a request that can never be sent, even if all reservations were released.
   *
   * @throws {BudgetExceededError} when it does not fit.
   * @throws {ValidationError} when a budget in dollars meets a model without a price.
   */
  check(worst: WorstCase): void {
    for (const purse of this.#of(worst.tenant)) {
      const units = unitsOf(worst, purse.unit);
      if (!purse.account.mayFit(units)) throw exceeded(purse, units, worst.model);
    }
  }

  /**
   * Reserves the worst case of an attempt. Throws like {@link Budgets.check}, and also when it does not fit at the
   * moment.
   */
  reserve(worst: WorstCase): Hold | undefined {
    const purses = this.#of(worst.tenant);
    if (purses.length === 0) return undefined;
    const shares = purses.map(({ unit, account, tenant }) => ({ unit, account, tenant, units: unitsOf(worst, unit) }));
    const short = shares.find(({ account, units }) => !account.fits(units));
    if (short !== undefined) throw exceeded(short, short.units, worst.model);
    for (const { account, units } of shares) account.reserve(units);

    let open = true;
    const settle = (figure: UsageFigure | undefined): void => {
      if (!open) return;
      open = false;
      for (const { unit, account, units } of shares) {
        account.settle(units, figure === undefined ? 0 : usedUnits(figure, unit, units));
      }
    };
    return {
      settle,
      release: () => {
        settle(undefined);
      },
    };
  }

  #of(tenant: string | undefined): readonly Purse[] {
    return tenant === undefined ? this.#all : [...this.#all, ...this.#ofTenant(tenant)];
  }

  #ofTenant(tenant: string): readonly Purse[] {
    const known = this.#tenants.get(tenant);
    if (known !== undefined) return known;
    const own = Object.hasOwn(this.#named, tenant) ? this.#named[tenant] : undefined;
    if (own === undefined && (this.#perTenant === undefined || this.#tenants.size >= MAX_TENANTS)) return this.#rest;
    const purses = pursesOf(own ?? this.#perTenant, tenant);
    this.#tenants.set(tenant, purses);
    return purses;
  }
}

function pursesOf({ usd, tokens }: Budget = {}, tenant: string | undefined): readonly Purse[] {
  return [
    ...(usd === undefined ? [] : [{ unit: 'usd' as const, tenant, account: new Account(Math.round(usd * NANO)) }]),
    ...(tokens === undefined ? [] : [{ unit: 'tokens' as const, tenant, account: new Account(tokens) }]),
  ];
}

function unitsOf({ tokens, cost, model }: WorstCase, unit: BudgetUnit): number {
  if (unit === 'tokens') return tokens;
  if (cost !== undefined) return Math.round(cost * NANO);
  const issue = { path: `prices["${model}"]`, expected: 'a price, since there is a budget in dollars', got: 'nothing' };
  throw new ValidationError('The options', [issue], 'Give the price of the model, or set a budget in tokens.');
}

/** What was used, in the unit of an account. Of what is not known, the worst. */
function usedUnits(figure: UsageFigure, unit: BudgetUnit, worst: number): number {
  if (figure.type === 'unknown') return worst;
  if (unit === 'tokens') return figure.tokens.totalTokens;
  return figure.cost === undefined ? worst : Math.round(figure.cost * NANO);
}

function exceeded({ unit, tenant, account }: Purse, units: number, model: ModelId): BudgetExceededError {
  const shown = (amount: number): number => (unit === 'usd' ? amount / NANO : amount);
  return new BudgetExceededError(
    {
      unit,
      tenant,
      limit: shown(account.limit),
      used: shown(account.used),
      reserved: shown(account.reserved),
      requested: shown(units),
    },
    { model },
  );
}
