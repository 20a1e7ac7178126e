import * as z from 'zod';
import type { Place } from '../../model/Place.ts';
import { prioritySchema } from '../request/schemas.ts';
import { checked } from '../request/validation.ts';

const placeSchema = z.strictObject({
  priority: prioritySchema.optional(),
  tenant: z.string().optional(),
  slack: z.number().min(0).optional(),
});

/**
 * Checks that a value is a {@link Place}, and returns it.
 *
 * @throws {ValidationError} that lists every invalid part.
 */
export const checkPlace = (value: unknown): Place =>
  checked(placeSchema, value, 'What place$ says', 'Correct it: the request has left the queue.');
