import { isHttpError, isRequestTooLargeError } from '../../errors/guards.ts';

/** Statuses below 500 that Groq may send after work: a timeout, a hallucination, a failed tool, a cancellation. */
const AFTER_WORK: ReadonlySet<number> = new Set([408, 422, 424, 499]);

/** Groq's codes for invalid model output, which another attempt may avoid. The model has worked. */
export const SAMPLING_NOISE: ReadonlySet<string | undefined> = new Set(['tool_use_failed', 'json_validate_failed']);

/**
 * Whether an error proves that Groq did no work, so that it charges no tokens: for example a limit, a wrong key or an
 * invalid request.
 */
export function isRefusal(error: unknown): boolean {
  if (isRequestTooLargeError(error)) return true;
  return (
    isHttpError(error) && error.status < 500 && !AFTER_WORK.has(error.status) && !SAMPLING_NOISE.has(error.groqCode)
  );
}
