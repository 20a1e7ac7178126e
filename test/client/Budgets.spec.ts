import { describe, expect, it } from 'vitest';
import { Budgets } from '../../src/client/Budgets.ts';
import { isBudgetExceededError } from '../../src/errors/guards.ts';
import { thrownBy } from '../util/thrownBy.ts';

const worst = (tenant: string, tokens: number) => ({ model: 'm', tenant, tokens, cost: undefined });

describe('Budgets', () => {
  /** The tenant whose budget is exceeded by a reservation of this size, if any. */
  const refusal = (budgets: Budgets, tenant: string, tokens: number): string | undefined => {
    try {
      budgets.reserve(worst(tenant, tokens));
      return undefined;
    } catch (error) {
      if (isBudgetExceededError(error)) return error.tenant;
      throw error;
    }
  };

  it('should settle or release each reservation once', () => {
    const budgets = new Budgets({ tokens: 100 });
    const [first, second] = [budgets.reserve(worst('a', 50)), budgets.reserve(worst('a', 50))];
    first?.settle({ type: 'unknown' });
    first?.settle({ type: 'unknown' });
    first?.release();
    second?.release();
    second?.settle({ type: 'unknown' });
    expect(refusal(budgets, 'a', 50)).toBeUndefined();
    expect(
      isBudgetExceededError(
        thrownBy(() => {
          budgets.check(worst('a', 51));
        }),
      ),
    ).toBe(true);
    expect(
      thrownBy(() => {
        budgets.check(worst('a', 50));
      }),
    ).toBeUndefined();
  });

  it('should keep an account for each of 100,000 tenants, and one for all others together', () => {
    const budgets = new Budgets({ perTenant: { tokens: 10 }, tenants: { acme: { tokens: 10 } } });
    for (let i = 0; i < 100_000; i++) budgets.reserve(worst(`t${i}`, 10));
    expect(refusal(budgets, 't99999', 1)).toBe('t99999');
    expect(refusal(budgets, 'late', 6)).toBeUndefined();
    expect(refusal(budgets, 'later', 6)).toBe('(others)');
    expect(refusal(budgets, 'acme', 10)).toBeUndefined();
    expect(refusal(budgets, 'acme', 1)).toBe('acme');
  });
});
