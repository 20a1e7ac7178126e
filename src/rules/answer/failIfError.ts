import { errorFrom } from '../failures/httpError.ts';
import { isObject } from '../isObject.ts';

/** @throws {HttpError} when the value is an error, sent instead of an answer or within one. */
export function failIfError(value: Record<string, unknown>): void {
  const extra = value['x_groq'];
  const error = value['error'] ?? (isObject(extra) ? extra['error'] : undefined);
  if (error === undefined || error === null) return;
  const fields = isObject(error) ? error : { message: error };
  const status = fields['status_code'];
  throw errorFrom(typeof status === 'number' ? status : 500, fields);
}
