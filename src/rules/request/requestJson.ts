import { ValidationError } from '../../errors/ValidationError.ts';

/**
 * Serializes a request.
 *
 * @throws {ValidationError} that names the field that JSON cannot represent.
 */
export function requestJson(request: object): string {
  try {
    return JSON.stringify(request);
  } catch (cause) {
    const fields: [string, unknown][] = Object.entries(request);
    const [path, value] = fields.find(([, field]) => !isJson(field)) ?? ['', request];
    const got = typeof value === 'bigint' ? 'a bigint' : 'an object that JSON.stringify() refuses';
    throw new ValidationError('The request', [{ path, expected: 'a value that JSON can represent', got }], undefined, {
      cause,
    });
  }
}

function isJson(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}
