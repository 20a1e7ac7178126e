import * as z from 'zod';
import { PRIORITIES, type Priority } from '../../model/Priority.ts';
import { checked } from '../request/validation.ts';

const schema = z.object({ priority: z.enum(PRIORITIES) });

/**
 * Checks that the priority of a job is one of the {@link PRIORITIES}, and returns it: jobs are made by callers.
 *
 * @throws {ValidationError} when it is anything else.
 */
export const checkPriority = (priority: Priority): Priority =>
  checked(schema, { priority }, 'The job', 'Correct its priority; nothing was sent.').priority;
