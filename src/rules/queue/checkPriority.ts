import * as z from 'zod';
import type { Priority } from '../../model/Priority.ts';
import { prioritySchema } from '../request/schemas.ts';
import { checked } from '../request/validation.ts';

const schema = z.object({ priority: prioritySchema });

/**
 * Checks that the priority of a job is a {@link Priority}: jobs are made by callers.
 *
 * @throws {ValidationError} when it is anything else.
 */
export function checkPriority(priority: Priority): void {
  checked(schema, { priority }, 'The job', 'Correct its priority; nothing was sent.');
}
