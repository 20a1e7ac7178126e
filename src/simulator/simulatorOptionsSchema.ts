import * as z from 'zod';
import { func, limitsByModel, limitsOf, schedulerSchema, tierSchema } from '../rules/request/schemas.ts';
import { faultSchema } from './Fault.ts';
import type { SimulatorOptions } from './SimulatorOptions.ts';

// `z.number()` refuses Infinity, which is allowed here.
const rate = z.custom((value) => typeof value === 'number' && value > 0, { error: 'a number of more than 0' });

/** The schema of {@link SimulatorOptions}. */
export const simulatorOptionsSchema = z.strictObject({
  tier: tierSchema.optional(),
  limits: limitsByModel(limitsOf(z.number().positive())).optional(),
  speed: z.number().positive().optional(),
  seed: z.int().optional(),
  reply: func.optional(),
  firstToken: z.number().min(0).optional(),
  tokensPerSecond: rate.optional(),
  faults: z.union([func, z.array(faultSchema.optional())]).optional(),
  port: z.int().min(0).max(65_535).optional(),
  apiKey: z.string().min(1).optional(),
  retiredAs: z.enum(['model_not_found', 'model_decommissioned']).optional(),
  countPrompt: func.optional(),
  countCached: func.optional(),
  chargeModel: z.enum(['max', 'post', 'keep']).optional(),
  limiter: z.enum(['bucket', 'fixed', 'sliding']).optional(),
  rounding: z.enum(['2026', '2024']).optional(),
  scheduler: schedulerSchema,
} satisfies Record<keyof SimulatorOptions, z.ZodType>);
