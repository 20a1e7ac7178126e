import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Account } from '../../../src/rules/usage/Account.ts';

describe('Account', () => {
  it('should hold exactly its limit', () => {
    const account = new Account(10);
    account.reserve(4);
    expect([account.fits(6), account.fits(7)]).toEqual([true, false]);
  });

  it('should count settled units forever, and reserved units until they are settled', () => {
    const account = new Account(10);
    account.reserve(8);
    expect([account.mayFit(10), account.fits(3)]).toEqual([true, false]);
    account.settle(8, 3);
    expect([account.used, account.reserved]).toEqual([3, 0]);
    expect([account.mayFit(7), account.mayFit(8), account.fits(7)]).toEqual([true, false, true]);
  });

  it('should never exceed its limit, in whatever order units are reserved and settled', () => {
    const step = fc.record({ units: fc.nat(50), settles: fc.nat(9), part: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.nat(200), fc.array(step), (limit, steps) => {
        const account = new Account(limit);
        const open: number[] = [];
        for (const { units, settles, part } of steps) {
          if (account.fits(units)) {
            account.reserve(units);
            open.push(units);
          }
          const [reserved] = settles < open.length ? open.splice(settles, 1) : [];
          if (reserved !== undefined) account.settle(reserved, Math.floor(reserved * part));
          expect(account.reserved).toBe(open.reduce((sum, one) => sum + one, 0));
          expect(account.used + account.reserved).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });
});
