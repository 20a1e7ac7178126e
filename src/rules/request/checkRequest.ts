import type { ChatRequest } from '../../model/ChatRequest.ts';
import { chatRequestSchema } from './chatRequestSchema.ts';
import { isPlainRequest } from './isPlainRequest.ts';
import { checked } from './validation.ts';

/**
 * Checks that a value is a chat request, and returns it.
 *
 * @throws {ValidationError} that lists every invalid part.
 */
export const checkRequest = (value: unknown): ChatRequest =>
  isPlainRequest(value) ? value : checked(chatRequestSchema, value, 'The request');
