import * as z from 'zod';
import type { Place } from '../../model/Place.ts';
import { PRIORITIES } from '../../model/Priority.ts';
import { checked } from '../request/validation.ts';

const placeSchema = z.strictObject({
  priority: z.enum(PRIORITIES).optional(),
  tenant: z.string().optional(),
  slack: z.number().min(0).optional(),
});

/**
 * Checks that something is a place in the queue, and gives it back.
 *
 * @throws {ValidationError} that lists every invalid part.
 */
export const checkPlace = (value: unknown): Place =>
  checked(placeSchema, value, 'What place$ says', 'Correct it: the request has left the queue.');
