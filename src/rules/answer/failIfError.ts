import { errorFrom } from '../failures/httpError.ts';
import { isObject } from '../isObject.ts';

/** @throws {HttpError} when what a server sends in place of an answer, or within one, is an error. */
export function failIfError(value: Record<string, unknown>): void {
  const extra = value['x_groq'];
  const error = value['error'] ?? (isObject(extra) ? extra['error'] : undefined);
  if (error === undefined || error === null) return;
  const fields = isObject(error) ? error : { message: error };
  const status = fields['status_code'];
  throw errorFrom(typeof status === 'number' ? status : 500, fields);
}
