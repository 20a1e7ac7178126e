import * as z from 'zod';
import { DIMENSION_NAMES } from '../../model/Dimension.ts';
import { PRIORITIES } from '../../model/Priority.ts';

/** A function. */
export const func = z.custom((value) => typeof value === 'function', { error: 'a function' });

/** An optional object with these methods. */
export const having = (what: string, ...methods: string[]) =>
  z
    .custom(
      (value) => methods.every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function'),
      {
        error: `${what} with ${methods.map((name) => `${name}()`).join(', ')}`,
      },
    )
    .optional();

/** A whole number of at least 1. */
export const count = z.int().min(1).optional();

/** Milliseconds. */
export const ms = z.number().min(0).optional();

/** At least 1. `z.number()` refuses Infinity, which is allowed here. */
export const orInfinity = z
  .custom<number>((value) => typeof value === 'number' && value >= 1, { error: 'a number of at least 1, or Infinity' })
  .optional();

/** `z.int()` refuses Infinity, which is allowed here. */
export const wholeOrInfinity = (least: number) =>
  z
    .custom<number>((value) => value === Infinity || (Number.isSafeInteger(value) && (value as number) >= least), {
      error: `a whole number of at least ${least}, or Infinity`,
    })
    .optional();

/** Milliseconds, or Infinity. */
export const msOrInfinity = z
  .custom<number>((value) => typeof value === 'number' && value >= 0, { error: 'a number of at least 0, or Infinity' })
  .optional();

/** The schema of {@link Tier}. */
export const tierSchema = z.enum(['free', 'developer']);

/** {@link Limits} where each limit has this schema. */
export const limitsOf = (limit: z.ZodNumber) =>
  z.strictObject(Object.fromEntries(DIMENSION_NAMES.map((dimension) => [dimension, limit.optional()])));

/**
 * The maximum limit. No real one is as large, and with a larger one a level in units × milliseconds would lose
 * precision.
 */
const LARGEST_LIMIT = 1e15;

/** The schema of {@link Limits}. */
export const limitsSchema = limitsOf(z.number().min(0).max(LARGEST_LIMIT));

export const prioritySchema = z.enum(PRIORITIES);

const byPriority = <T extends z.ZodType>(value: T) =>
  z.strictObject(Object.fromEntries(PRIORITIES.map((priority) => [priority, value])));

const share = z.number().min(0).max(1);

/** The schema of a partial {@link Slack}. */
export const slackSchema = byPriority(ms);

/** The schema of a {@link Pacing}, and of a partial one. */
export const pacingSchema = byPriority(share);
export const partialPacingSchema = byPriority(share.optional());

/** The schema of an {@link Overflow}. */
export const overflowSchema = z.enum(['newest', 'last']).optional();

/** A limit store. */
export const storeSchema = having('a limit store', 'reserve', 'settle', 'changes', 'levels');

/** A token counter. */
export const counterSchema = having('a token counter', 'count');

/** A transport. */
export const transportSchema = having('a transport', 'send');

/** A scheduler of rxjs. */
export const schedulerSchema = having('a scheduler', 'now', 'schedule');

/** A bare limit here means that the model id was left out. */
const ofOneModel = z.custom<Record<string, unknown>>((value) => typeof value === 'object', {
  error: 'an object (limits are set by model id)',
});

/** {@link Limits} by model, or `false` for none. */
export const limitsByModel = (limits: ReturnType<typeof limitsOf>) =>
  z.union([z.literal(false), z.record(z.string(), ofOneModel.pipe(limits))]);

/** The schema of retry options. */
export const retrySchema = z.strictObject({
  count: wholeOrInfinity(0),
  initialDelay: ms,
  maxDelay: msOrInfinity,
  sampling: z.boolean().optional(),
});

/** The schema of the timeouts of an answer. */
export const answerTimeoutsSchema = z.strictObject({
  connect: orInfinity,
  firstToken: orInfinity,
  betweenTokens: orInfinity,
  total: orInfinity,
});

/** The schema of {@link BackpressureOptions}. */
export const backpressureSchema = z.strictObject({
  backpressure: z.enum(['pause', 'conflate', 'error']).optional(),
  buffer: wholeOrInfinity(1),
});
