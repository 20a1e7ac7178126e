import { isHttpError, isRequestTooLargeError } from '../../errors/guards.ts';

/** Statuses below 500 that may come after the model has worked: a timeout, a hallucination, a tool that failed, a cancel. */
const AFTER_WORK: ReadonlySet<number> = new Set([408, 422, 424, 499]);

/** What is wrong with what the model happened to write, by Groq's code: so it has written. */
export const SAMPLING_NOISE: ReadonlySet<string | undefined> = new Set(['tool_use_failed', 'json_validate_failed']);

/**
 * Whether an error says for certain that Groq did no work, for which it charges no tokens: a limit, a key, a request
 * that is wrong.
 */
export function isRefusal(error: unknown): boolean {
  if (isRequestTooLargeError(error)) return true;
  return (
    isHttpError(error) && error.status < 500 && !AFTER_WORK.has(error.status) && !SAMPLING_NOISE.has(error.groqCode)
  );
}
