import * as z from 'zod';

const budget = z.strictObject({ usd: z.number().min(0).optional(), tokens: z.number().min(0).optional() });

/** What {@link GroqOptions.budget} may be. */
export const budgetSchema = budget
  .extend({ perTenant: budget.optional(), tenants: z.record(z.string(), budget).optional() })
  .optional();

const price = z.number().min(0).optional();

/** What {@link GroqOptions.prices} may be. */
export const pricesSchema = z
  .record(z.string(), z.strictObject({ input: price, output: price, cachedInput: price, audioHour: price }))
  .optional();
