import type { ChatRequest } from '../../model/ChatRequest.ts';
import { chatRequestSchema } from './chatRequestSchema.ts';
import { isPlainRequest } from './isPlainRequest.ts';
import { checked } from './validation.ts';

/**
 * Checks that something is a chat request, and gives it back.
 *
 * @throws {ValidationError} that lists every place where it is invalid.
 */
export const checkRequest = (value: unknown): ChatRequest =>
  isPlainRequest(value) ? value : checked(chatRequestSchema, value, 'The request');
