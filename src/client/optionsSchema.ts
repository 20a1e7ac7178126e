import * as z from 'zod';
import { chatRequestSchema } from '../rules/request/chatRequestSchema.ts';
import {
  answerTimeoutsSchema,
  backpressureSchema,
  count,
  counterSchema,
  func,
  having,
  limitsByModel,
  limitsSchema,
  ms,
  orInfinity,
  overflowSchema,
  partialPacingSchema,
  prioritySchema,
  retrySchema,
  schedulerSchema,
  slackSchema,
  storeSchema,
  tierSchema,
  transportSchema,
  wholeOrInfinity,
} from '../rules/request/schemas.ts';

const timeoutsSchema = answerTimeoutsSchema.extend({ queue: orInfinity });

const fitOutputSchema = z.union([z.boolean(), z.strictObject({ quantile: z.number().min(0).max(1) })]).optional();

const defaultsSchema = chatRequestSchema.partial().extend({
  messages: z
    .custom<undefined>((value) => value === undefined, { error: 'absent, since every request has its own' })
    .optional(),
});

const budget = z.strictObject({ usd: z.number().min(0).optional(), tokens: z.number().min(0).optional() });

/** The schema of {@link GroqOptions.budget}. */
const budgetSchema = budget
  .extend({ perTenant: budget.optional(), tenants: z.record(z.string(), budget).optional() })
  .optional();

const price = z.number().min(0).optional();

/** The schema of {@link GroqOptions.prices}. */
const pricesSchema = z
  .record(z.string(), z.strictObject({ input: price, output: price, cachedInput: price }))
  .optional();

/** The schema of {@link GroqOptions}. */
export const optionsSchema = z.strictObject({
  apiKey: z.union([z.string(), func]).optional(),
  baseURL: z.string().optional(),
  maxLineBytes: count,
  maxResponseBytes: count,
  http2: z.boolean().optional(),
  tier: tierSchema.optional(),
  limits: limitsByModel(limitsSchema).optional(),
  defaults: defaultsSchema.optional(),
  retry: retrySchema.optional(),
  timeouts: timeoutsSchema.optional(),
  maxInFlight: count,
  maxQueued: count,
  overflow: overflowSchema,
  slack: slackSchema.optional(),
  pacing: z.union([z.boolean(), partialPacingSchema]).optional(),
  fitOutput: fitOutputSchema,
  budget: budgetSchema,
  prices: pricesSchema,
  allowRetired: z.boolean().optional(),
  transport: transportSchema,
  store: storeSchema,
  counter: counterSchema,
  scheduler: schedulerSchema,
  random: func.optional(),
});

/** The schema of {@link CallOptions}. */
export const callOptionsSchema = z.strictObject({
  priority: prioritySchema.optional(),
  tenant: z.string().optional(),
  tag: z.string().optional(),
  slack: ms,
  fitOutput: fitOutputSchema,
  place$: having('an Observable', 'subscribe'),
  signal: having('an AbortSignal', 'addEventListener', 'removeEventListener'),
  timeouts: timeoutsSchema.optional(),
  retry: retrySchema.optional(),
});

/** The schema of {@link StreamOptions}. */
export const streamOptionsSchema = callOptionsSchema.extend({
  ...backpressureSchema.shape,
  paused$: having('an Observable', 'subscribe'),
});

/** The schema of {@link ChatOptions}. */
export const chatOptionsSchema = streamOptionsSchema.extend({ lifecycle: z.boolean().optional() });

/** What they have to be for {@link Groq.ask}, whose tokens are those of the answer only. */
export const askOptionsSchema = streamOptionsSchema.extend({ lifecycle: z.literal(false).optional() });

/** The schema of {@link AnswersOptions}. */
export const answersOptionsSchema = callOptionsSchema.extend({
  each: func.optional(),
  concurrency: wholeOrInfinity(1),
  ordered: z.boolean().optional(),
  onError: z.enum(['emit', 'throw']).optional(),
});
