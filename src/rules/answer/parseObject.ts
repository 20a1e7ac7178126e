import { ProtocolError } from '../../errors/ProtocolError.ts';
import { isObject } from '../isObject.ts';
import { isDeeper } from './jsonDepth.ts';

/** The maximum depth of JSON, so that recursion does not overflow the stack. Groq's own JSON has at most ten levels. */
const MAX_DEPTH = 128;

/** Parses a JSON object. Errors begin with its name. */
export function parseObject(text: string, name: string): Record<string, unknown> {
  if (isDeeper(text, MAX_DEPTH)) throw new ProtocolError(`${name} is nested more than ${MAX_DEPTH} levels deep.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolError(`${name} is not JSON.`);
  }
  if (!isObject(value)) throw new ProtocolError(`${name} is not a JSON object.`);
  return value;
}
