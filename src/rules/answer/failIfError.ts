import { errorFrom } from '../failures/httpError.ts';
import { isObject } from '../isObject.ts';

/** @throws {HttpError} when the value is an error, sent instead of an answer or within one. */
export function failIfError(value: Record<string, unknown>): void {
  const extra = value['x_groq'];
  const error = value['error'] ?? (isObject(extra) ? extra['error'] : undefined);
  if (error === undefined || error === null) return;
  const fields = isObject(error) ? error : { message: error };
  throw errorFrom(statusOf(fields), fields);
}

/** The status that an error names, unless it is that of no error: then the request would count as a refused one. */
function statusOf({ status_code: status }: { readonly status_code?: unknown }): number {
  return Number.isInteger(status) && Number(status) >= 400 && Number(status) < 600 ? Number(status) : 500;
}
