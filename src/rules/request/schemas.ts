import * as z from 'zod';
import { DIMENSION_NAMES } from '../../model/Dimension.ts';

/** What {@link Tier} has to be. */
export const tierSchema = z.enum(['free', 'developer']);

/** {@link Limits} whose every limit is such a number. */
export const limitsOf = (limit: z.ZodNumber) =>
  z.strictObject(Object.fromEntries(DIMENSION_NAMES.map((dimension) => [dimension, limit.optional()])));

/** {@link Limits} by model, or `false` for none. */
export const limitsByModel = (limits: ReturnType<typeof limitsOf>) =>
  z.union([z.literal(false), z.record(z.string(), limits)]);

/** A function. */
export const func = z.custom((value) => typeof value === 'function', { error: 'a function' });

/** An object that has these methods, if it is given. */
export const having = (what: string, ...methods: string[]) =>
  z
    .custom(
      (value) => methods.every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function'),
      {
        error: `${what}, which has ${methods.map((name) => `${name}()`).join(', ')}`,
      },
    )
    .optional();
