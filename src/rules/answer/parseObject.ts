import { ProtocolError } from '../../errors/ProtocolError.ts';
import { isObject } from '../isObject.ts';
import { isDeeper } from './jsonDepth.ts';

/** How deep JSON may go. Groq's own goes no deeper than ten; what recurses over it later must not run out of stack. */
const MAX_DEPTH = 128;

/** Reads a JSON object, whose name an error begins with. */
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
